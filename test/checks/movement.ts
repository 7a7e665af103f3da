/** Checks of kernels that move elements: copies between layouts, rows by index, and what is left of a list. */
import { compact } from '../../src/graph/ops/points.ts';
import { gatherRows } from '../../src/graph/ops/points.ts';
import { concat, flip, permute, slice } from '../../src/graph/ops/movement.ts';
import { size } from '../../src/kernels/check.ts';
import { compactRef } from '../../src/kernels/compact/compact.ref.ts';
import { gatherRowsRef } from '../../src/kernels/gatherRows/gatherRows.ref.ts';
import { stridedCopyRef } from '../../src/kernels/stridedCopy/stridedCopy.ref.ts';
import { stridesOf } from '../../src/kernels/stridedCopy/stridedCopy.ts';
import { stridedCopyCases } from '../cases/stridedCopy.ts';
import { noise } from '../setup/numbers.ts';
import { exactly, within, type KernelCheck } from './check.ts';

/** 1, 2, 3 ... in a shape. */
const counting = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: size({ shape }) }, (_, i) => i + 1);

export const stridedCopyChecks: readonly KernelCheck[] = stridedCopyCases.flatMap(({ shape }): KernelCheck[] => {
  const kernel = 'stridedCopy';
  const x = counting(shape);
  return [
    {
      kernel,
      name: `permutes ${JSON.stringify(shape)}`,
      prepare: () => ({
        build: (s) => ({ y: permute(s.input(x, shape), shape.map((_, i) => i).reverse()) }),
        expected() {
          const turned = [...shape].reverse();
          const values = new Float32Array(x.length);
          const from = { offset: 0, strides: [...stridesOf(shape)].reverse() };
          stridedCopyRef(x, values, turned, from, { offset: 0, strides: stridesOf(turned) });
          return { y: exactly(values) };
        },
      }),
    },
    {
      kernel,
      name: `flips ${JSON.stringify(shape)} twice back`,
      prepare: () => ({
        build: (s) => ({ y: flip(flip(s.input(x, shape), 0), 0) }),
        expected: () => ({ y: exactly(x) }),
      }),
    },
    {
      kernel,
      name: `slices and joins ${JSON.stringify(shape)} back`,
      prepare: () => ({
        build(s) {
          const axis = shape.length - 1;
          const at = Math.ceil(shape[axis] / 2);
          const whole = s.input(x, shape);
          const parts = [slice(whole, axis, 0, at)];
          if (at < shape[axis]) parts.push(slice(whole, axis, at, shape[axis]));
          return { y: concat(parts, axis) };
        },
        expected: () => ({ y: exactly(x) }),
      }),
    },
  ];
});

export const gatherRowsChecks: readonly KernelCheck[] = [
  { rows: 1, C: 1, count: 1 },
  { rows: 9, C: 3, count: 14 },
  { rows: 5, C: 8, count: 3 },
  { rows: 300, C: 769, count: 31 },
].map(({ rows, C, count }) => ({
  kernel: 'gatherRows',
  name: `${count} of [${rows}, ${C}]`,
  prepare() {
    const x = noise(rows * C, 1);
    const indices = Uint32Array.from({ length: count }, (_, i) => (i * 7 + 3) % rows);
    indices[count - 1] = rows + 5; // beyond the last row
    return {
      build: (s) => ({ y: gatherRows(s.input(x, [rows, C]), s.input(indices, [count])) }),
      expected: () => ({ y: exactly(Float32Array.from(gatherRowsRef(x, C, indices))) }),
    };
  },
}));

/** One, one past a block, one past the blocks that the threads of the scan take one each, a sweep at granularity 0.05. */
const flagCounts = [1, 7, 257, 65537, 120 ** 3];

export const compactChecks: readonly KernelCheck[] = flagCounts.flatMap((n) =>
  (n > 1e6 ? [0.03] : [0, 0.03, 0.5, 1]).map((share): KernelCheck => ({
    kernel: 'compact',
    name: `${n} flags, ${100 * share} % set`,
    prepare() {
      const flags = Uint32Array.from(noise(n, 1), (v) => ((v + 1) / 2 < share ? 3 : 0));
      return {
        build: (s) => ({ ...compact(s.input(flags, [n])) }),
        expected() {
          const { count, indices } = compactRef(flags);
          return { count: exactly([count]), indices: within(indices, 0) };
        },
      };
    },
  })),
);
