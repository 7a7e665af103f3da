/** Checks of kernels that read and resize photos and maps. */
import { recordKernel } from '../../src/graph/evaluate.ts';
import { photoToRgb, resizeRgba8 } from '../../src/graph/ops/image.ts';
import { resize, resizeMasked } from '../../src/graph/ops/resize.ts';
import { photoRef } from '../../src/kernels/photo/photo.ref.ts';
import { pillowResizeRef } from '../../src/kernels/pillowResize/pillowResize.ref.ts';
import { resizeRef } from '../../src/kernels/resize/resize.ref.ts';
import { antialiasedTaps, axisTaps, type ResizeMode } from '../../src/kernels/resize/taps.ts';
import { resizeAxisRef } from '../../src/kernels/resizeAxis/resizeAxis.ref.ts';
import { resizeAxis } from '../../src/kernels/resizeAxis/resizeAxis.ts';
import { resizeMaskedRef } from '../../src/kernels/resizeMasked/resizeMasked.ref.ts';
import { resizePhotoRef } from '../../src/kernels/resizePhoto/resizePhoto.ref.ts';
import { samNormalize } from '../../src/pipeline/sam/ops.ts';
import { resizePhoto } from '../../src/pipeline/zoeDepth/ops.ts';
import { photoCases } from '../cases/photo.ts';
import { pillowResizeCases } from '../cases/pillowResize.ts';
import { resizeCases } from '../cases/resize.ts';
import { resizeAxisCases } from '../cases/resizeAxis.ts';
import { resizeMaskedCases } from '../cases/resizeMasked.ts';
import { resizePhotoCases } from '../cases/resizePhoto.ts';
import { EPS, maxAbs, noise } from '../setup/numbers.ts';
import { tapRows } from '../setup/taps.ts';
import { exactly, within, type KernelCheck } from './check.ts';

const mean = [123.675, 116.28, 103.53].map(Math.fround);
const std = [58.395, 57.12, 57.375].map(Math.fround);

export const photoChecks: readonly KernelCheck[] = photoCases.map(({ from, square }) => ({
  kernel: 'photo',
  name: `${from}, ${square ? `padded to ${square}` : 'its own size'}`,
  prepare() {
    const photo = Uint32Array.from(noise(from[0] * from[1], 12), (v) => Math.floor((v + 1) * 0x7fffffff));
    const to = square ? [square, square] : from;
    const value = (byte: number, c: number) => (square ? Math.fround(byte - mean[c]) / std[c] : byte / 255);
    return {
      build(s) {
        const x = s.input(photo, from);
        return { y: square ? samNormalize(x, square) : photoToRgb(x, 255) };
      },
      expected: () => ({ y: exactly(Float32Array.from(photoRef(photo, from, to, value))) }),
    };
  },
}));

export const pillowResizeChecks: readonly KernelCheck[] = pillowResizeCases.map(({ from, to }) => ({
  kernel: 'pillowResize',
  name: `${from} to ${to}`,
  prepare() {
    const [H, W] = from;
    const [h, w] = to;
    const photo = Uint32Array.from(noise(H * W, 11), (v) => (0xff000000 + Math.floor((v + 1) * 0x7fffff)) >>> 0);
    return {
      build: (s) => ({ y: resizeRgba8(s.input(photo, from), to) }),
      expected() {
        const wide = w === W ? photo : pillowResizeRef(photo, [H, W, 1], w);
        return { y: exactly(h === H ? wide : pillowResizeRef(wide, [1, H, w], h)) };
      },
    };
  },
}));

const modes: { mode: ResizeMode; alignCorners: boolean }[] = [
  { mode: 'bilinear', alignCorners: false },
  { mode: 'bilinear', alignCorners: true },
  { mode: 'bicubic', alignCorners: false },
  { mode: 'nearest', alignCorners: false },
];

/**
 * Coordinates near `side` are rounded to float32 three times, and the value changes by at most 2 * slope * |x| per step;
 * the sum of taps adds a few roundings.
 */
const resizeBound = (side: number, magnitude: number): number => EPS * magnitude * (2 * 3 * side + 16);

export const resizeChecks: readonly KernelCheck[] = resizeCases.flatMap(({ B, from, to, C }) =>
  modes.map(({ mode, alignCorners }): KernelCheck => ({
    kernel: 'resize',
    name: `${mode}${alignCorners ? ' (corners)' : ''} [${B}, ${from}, ${C}] to ${to}`,
    prepare() {
      const shape = [B, ...from, C];
      const x = noise(B * from[0] * from[1] * C, 5, 2);
      return {
        build: (s) => ({ y: resize(s.input(x, shape), to, { mode, alignCorners }) }),
        expected() {
          const bound = mode === 'nearest' ? 0 : resizeBound(Math.max(...from, ...to), maxAbs(x));
          return { y: within(resizeRef(x, shape, to, { mode, alignCorners }), bound) };
        },
      };
    },
  })),
);

export const resizeAxisChecks: readonly KernelCheck[] = resizeAxisCases.flatMap(({ outer, from, to, C }) =>
  (['bilinear', 'bicubic'] as const).map((mode): KernelCheck => ({
    kernel: 'resizeAxis',
    name: `${mode} [${outer}, ${from}, ${C}] to ${to}`,
    prepare() {
      const x = noise(outer * from * C, 8, 2);
      const taps = antialiasedTaps(mode, from, to);
      return {
        build(s) {
          const operands = {
            x: s.input(x, [outer, from, C]),
            ranges: s.input(taps.ranges, [to, 2]),
            weights: s.input(taps.weights, [to, taps.stride]),
          };
          return { y: recordKernel(s.graph, operands, (o) => [resizeAxis(o.x, 1, o.ranges, o.weights)])[0] };
        },
        // Coordinates near `from` are rounded to float32; each of the weights moves with them.
        expected: () => ({
          y: within(resizeAxisRef(x, [outer, from, C], to, mode), EPS * maxAbs(x) * (6 * from + 4 * taps.stride)),
        }),
      };
    },
  })),
);

export const resizeMaskedChecks: readonly KernelCheck[] = resizeMaskedCases.map(({ B, from, to, C }) => ({
  kernel: 'resizeMasked',
  name: `[${B}, ${from}, ${C}] to ${to}`,
  prepare() {
    const shape = [B, ...from, C];
    const pixels = B * from[0] * from[1];
    const x = noise(pixels * C, 9, 2);
    const valid = Uint32Array.from(noise(pixels, 10), (v) => (v > -0.8 ? 1 : 0));
    return {
      build: (s) => ({ ...resizeMasked(s.input(x, shape), s.input(valid, shape.slice(0, 3)), to) }),
      expected() {
        const ref = resizeMaskedRef(x, valid, shape, to);
        return { valid: exactly(ref.valid), values: within(ref.values, 8 * EPS * maxAbs(x)) };
      },
    };
  },
}));

/** Taps over the continued axis, its positions folded back one by one. */
function continuedTaps(side: number, margin: number, to: number) {
  const inside = (i: number): number => {
    const at = Math.abs(i - margin);
    return at < side ? at : 2 * (side - 1) - at;
  };
  const { table } = axisTaps({ mode: 'bilinear', alignCorners: true, from: side + 2 * margin, to });
  return tapRows(table).map(([a, b, v, w]) => [inside(a), inside(b), v, w] as const);
}

export const resizePhotoChecks: readonly KernelCheck[] = resizePhotoCases.map(({ from, margins, to }) => ({
  kernel: 'resizePhoto',
  name: `[${from}] continued by [${margins}] to [${to}]`,
  prepare() {
    const [H, W] = from;
    const [top, left] = margins;
    const words = Uint32Array.from(noise(H * W, 5), (v) => Math.floor((v + 1) * 2 ** 31));
    return {
      build: (s) => ({ y: resizePhoto(s.input(words, [H, W]), to, { top, left }) }),
      // Four products and three sums of values of at most 1, and the rounding of a byte / 255.
      expected: () => ({
        y: within(resizePhotoRef(words, W, continuedTaps(H, top, to[0]), continuedTaps(W, left, to[1])), 8 * EPS),
      }),
    };
  },
}));
