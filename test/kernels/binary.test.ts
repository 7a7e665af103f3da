import { describe, expect, it } from 'vitest';
import { add, binary } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { binaryRef } from '../../src/kernels/binary/binary.ref.ts';
import { BINARY_KINDS } from '../../src/kernels/binary/binary.ts';
import { size } from '../../src/kernels/check.ts';
import { binaryCases } from '../cases/binary.ts';
import { evaluate } from '../setup/evaluate.ts';
import { EPS, noise } from '../setup/numbers.ts';

describe('binary', () => {
  for (const { a, b } of binaryCases) {
    it(`[${a}] with [${b}]`, async () => {
      const x = noise(size({ shape: a }), 1, 3);
      const z = noise(size({ shape: b }), 2, 3).map((v) => v + Math.sign(v)); // nothing to divide by is near 0
      const y = await evaluate((s) => {
        const [p, q] = [s.input(x, a), s.input(z, b)];
        return Object.fromEntries(BINARY_KINDS.map((kind) => [kind, binary(kind, p, q)]));
      });
      for (const kind of BINARY_KINDS) {
        const expected = Float32Array.from(binaryRef(kind, x, a, z, b));
        if (kind !== 'div') expect(y[kind], kind).toEqual(expected);
        // WGSL allows a quotient 2.5 units in the last place.
        else expected.forEach((v, i) => expect(Math.abs(y[kind][i] - v)).toBeLessThanOrEqual(6 * EPS * Math.abs(v)));
      }
    });
  }

  it('names what does not fit', () => {
    const g = new Graph();
    const a = g.input('a', [2, 3, 4]);
    expect(() => add(a, g.input('b', [3]))).toThrow(/add: b is \[3\], which cannot be broadcast to a, \[2, 3, 4\]/);
    expect(() => add(a, g.input('c', [5, 2, 3, 4]))).toThrow(/larger operand comes first/);
    const many = g.input('d', [2, 3, 2, 3, 2]);
    expect(() => add(many, g.input('e', [2, 1, 2, 1, 2]))).toThrow(/cannot be broadcast/);
  });
});
