import { describe, expect, it } from 'vitest';
import { cast } from '../../src/graph/ops/cast.ts';
import { Graph } from '../../src/graph/record.ts';
import { castRef } from '../../src/kernels/cast/cast.ref.ts';
import { cast as castKernel } from '../../src/kernels/cast/cast.ts';
import { operand } from '../../src/kernels/dispatch.ts';
import { halfValue } from '../../src/kernels/half.ts';
import { castChecks } from '../checks/elementwise.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

/** x through f16 on the device: as it is read from there, and cast back there. */
const thereAndBack = (x: Float32Array) =>
  evaluate((s) => {
    const h = cast(s.input(x, [x.length]), 'f16');
    return { half: h, back: cast(h, 'f32') };
  });

describe('cast', () => {
  itPasses(castChecks);

  it('rounds numbers of all sizes as the host does', async () => {
    const x = noise(40001, 1).map((v, i) => v * 2 ** ((i % 44) - 26));
    const expected = Float32Array.from(castRef(x, 'f16'));
    expect(await thereAndBack(x)).toEqual({ half: expected, back: expected });
  });

  it('gives back every finite half', async () => {
    const halves = Array.from({ length: 65536 }, (_, h) => h).filter((h) => (h & 0x7c00) !== 0x7c00);
    const x = Float32Array.from(halves, halfValue);
    expect((await thereAndBack(x)).back).toEqual(x);
  });

  it('limits infinities to the largest half, and keeps what is not a number', async () => {
    const { back } = await thereAndBack(Float32Array.of(Infinity, -Infinity, NaN, 1));
    expect(back).toEqual(Float32Array.of(65504, -65504, NaN, 1));
  });

  it('is nothing where the type is right already', () => {
    const x = new Graph().input('x', [4]);
    expect(cast(x, 'f32')).toBe(x);
  });

  it('names what it cannot convert', () => {
    expect(() => castKernel(operand([4], 'u32'), 'f16')).toThrow(/cast: x is u32, expected f32 or f16/);
    expect(() => castKernel(operand([4], 'f16'), 'f16')).toThrow(/cast: x is f16 already/);
  });
});
