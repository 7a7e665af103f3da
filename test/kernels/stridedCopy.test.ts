import { describe, expect, it } from 'vitest';
import * as move from '../../src/graph/ops/movement.ts';
import { Graph } from '../../src/graph/record.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { stridedCopy, stridesOf } from '../../src/kernels/stridedCopy/stridedCopy.ts';
import { channelsLast, lastShape } from '../setup/channelsLast.ts';
import { stridedCopyChecks } from '../checks/movement.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { golden } from '../setup/golden.ts';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const counting = (shape: readonly number[]) => Float32Array.from({ length: size(shape) }, (_, i) => i + 1);

async function run(shape: readonly number[], op: (x: Tensor) => Tensor, data = counting(shape)) {
  let result: readonly number[] = [];
  const { y } = await evaluate((s) => {
    const y = op(s.input(data, shape));
    result = y.shape;
    return { y };
  });
  return { y, shape: result };
}

describe('stridedCopy', () => {
  itPasses(stridedCopyChecks);

  it('copies channels in fours, and others one by one', () => {
    const copy = (C: number) => {
      const x = operand([5, 3, C]);
      const sizes = [3, 5, C];
      return stridedCopy(
        x,
        operand(sizes),
        sizes,
        { offset: 0, strides: [C, 3 * C, 1] },
        { offset: 0, strides: stridesOf(sizes) },
      );
    };
    expect(copy(8).params?.count).toBe(30);
    expect(copy(6).params?.count).toBe(90);
  });

  it('takes every second element', async () => {
    const { y, shape } = await run([2, 5], (x) => move.slice(x, -1, 0, 5, 2));
    expect(shape).toEqual([2, 3]);
    expect([...y]).toEqual([1, 3, 5, 6, 8, 10]);
  });

  it('repeats axes of length one and adds leading ones', async () => {
    const { y } = await run([2, 1], (x) => move.expand(x, [2, 2, 3]));
    expect([...y]).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
  });

  it('pads with a value', async () => {
    const { y } = await run([1, 2], (x) => move.pad(x, [1, 0], [0, 1], -7));
    expect([...y]).toEqual([-7, -7, -7, 1, 2, -7]);
  });

  it('keeps bits: negative zero, NaN payloads, integers', async () => {
    const words = Uint32Array.of(0x80000000, 0x7fc00123, 7, 0xffffffff, 1);
    const { y } = await evaluate((s) => ({ y: move.flip(s.input(words, [5]), 0) }));
    expect([...y]).toEqual([...words].reverse());
  });

  it('reads through a reshaped view', async () => {
    const { y } = await run([2, 6], (x) => move.permute(x.reshape([2, 3, 2]), [1, 0, 2]));
    expect([...y]).toEqual([1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12]);
  });

  it('mirrors at the edges as PyTorch does', async () => {
    const fixture = await golden('ops/pointwise');
    const i = fixture.cases.findIndex((c) => c.op === 'reflectPad');
    const [left, right, top, bottom] = fixture.cases[i].pad as number[];
    const { shape } = fixture.tensor(`${i}.x`);
    const x = channelsLast(fixture.f32(`${i}.x`), shape);
    const { y } = await run(lastShape(shape), (t) => move.reflectPad(t, { top, bottom, left, right }), x);
    expect(y).toEqual(channelsLast(fixture.f32(`${i}.y`), fixture.tensor(`${i}.y`).shape));
  });

  it('cuts and merges windows as SAM does', async () => {
    const fixture = await golden('ops/windows');
    expect(fixture.cases.length).toBeGreaterThan(3);
    for (const [i, c] of fixture.cases.entries()) {
      const shape = fixture.tensor(`${i}.x`).shape;
      const { windows, merged } = await evaluate((s) => {
        const windows = move.windowPartition(s.input(fixture.f32(`${i}.x`), shape), c.size as number);
        return { windows, merged: move.windowMerge(windows, c.size as number, shape[1], shape[2]) };
      });
      expect(windows).toEqual(fixture.f32(`${i}.windows`));
      expect(merged).toEqual(fixture.f32(`${i}.merged`));
    }
  });

  it('says what does not fit', () => {
    const g = new Graph();
    const x = g.input('x', [4, 6]);
    const map = g.input('map', [1, 4, 4, 2]);
    const whole = { offset: 0, strides: [6, 1] };
    expect(() => move.permute(x, [0, 0])).toThrow(/permute: order \[0, 0\] must name each of the 2 axes/);
    expect(() => move.slice(x, 1, 2, 7)).toThrow(/slice: 2\.\.7 by 1 is no range of axis 1 of x \[4, 6\]/);
    expect(() => move.flip(x, 2)).toThrow(/flip: x is \[4, 6\], it has no axis 2/);
    expect(() => move.concat([x, g.input('y', [4, 5])], 0)).toThrow(/concat: \[4, 5\] and \[4, 6\] differ/);
    expect(() => move.concat([], 0)).toThrow(/concat: there is nothing to join/);
    expect(() => move.expand(x, [4, 12])).toThrow(/expand: x \[4, 6\] does not repeat to \[4, 12\]/);
    expect(() => move.pad(x, [0], [1], 0)).toThrow(/pad: \[0\] before and \[1\] after/);
    expect(() => move.reflectPad(x, { top: 1, bottom: 1, left: 0, right: 0 })).toThrow(/expected \[B, H, W, C\]/);
    expect(() => move.reflectPad(map, { top: 4, bottom: 1, left: 0, right: 0 })).toThrow(/Use a larger photo/);
    expect(() => move.windowPartition(x, 2)).toThrow(/windowPartition: x is \[4, 6\]/);
    expect(() => move.windowMerge(map, 4, 8, 8)).toThrow(/windowMerge: \[1, 4, 4, 2\] is no set of windows/);
    expect(() => stridedCopy(x, operand([4, 6], 'u32'), [4, 6], whole, whole)).toThrow(/x is f32 and y is u32/);
    expect(() => stridedCopy(x, operand([4, 5]), [4, 6], whole, whole)).toThrow(/does not lie in y \[4, 5\]/);
    const many = Array.from({ length: 9 }, () => 2);
    const strides = stridesOf(many);
    const turned = { offset: 0, strides: [...strides].reverse() };
    expect(() => stridedCopy(operand(many), operand(many), many, turned, { offset: 0, strides })).toThrow(
      /9 axes after merging, at most 8 fit/,
    );
  });
});
