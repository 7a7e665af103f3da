import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/graph/record.ts';
import { maskBits as maskBitsKernel } from '../../src/kernels/maskBits/maskBits.ts';
import { maskBits } from '../../src/pipeline/sam/ops.ts';
import { maskBitsChecks } from '../checks/masks.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';

const OFFSET = 1;

describe('maskBits', () => {
  itPasses(maskBitsChecks);

  it('says that a mask is empty, and that all of it is inside', async () => {
    const logits = Float32Array.of(-2, -2, -0.5, -0.5, 0.5, 0.5, 9, 9);
    const { stats, bits } = await evaluate((s) => ({ ...maskBits(s.input(logits, [4, 1, 2]), [2, 2], OFFSET) }));
    expect([...stats]).toEqual([
      ...[2, 0, 2, 0, 0, 0, 0],
      ...[2, 0, 2, 0, 0, 0, 4],
      ...[0, 2, 0, 2, 4, 0, 4],
      ...[0, 2, 0, 2, 4, 4, 4],
    ]);
    expect([...bits]).toEqual([0, 0, 0, 0, 3, 3, 3, 3]);
  });

  it('names what does not fit', () => {
    const g = new Graph();
    const [rows, columns] = [g.input('r', [6, 4], 'u32'), g.input('c', [5, 4], 'u32')];
    expect(() => maskBits(g.input('x', [4, 4]), [2, 2], OFFSET)).toThrow(/maskBits: x is \[4, 4\], expected 3 axes/);
    expect(() => maskBitsKernel(g.input('n', [1, 4, 4], 'u32'), rows, columns, OFFSET)).toThrow(
      /x is u32, expected f32/,
    );
    expect(() => maskBitsKernel(g.input('y', [1, 4, 4]), rows, g.input('f', [5, 4]), OFFSET)).toThrow(
      /columns is f32, expected u32/,
    );
    expect(() => maskBitsKernel(g.input('z', [1, 4, 4]), rows, g.input('d', [5, 8], 'u32'), OFFSET)).toThrow(
      /the tables are \[6, 4\] and \[5, 8\]; both need two taps/,
    );
    expect(() => maskBitsKernel(g.input('b', [65536, 1, 1]), rows, columns, OFFSET)).toThrow(/at most 65535 masks fit/);
  });
});
