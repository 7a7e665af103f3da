/** Single kernels on host arrays. */
import { describe, expect, it } from 'vitest';
import { compact } from '../../src/kernels/compact/compact.ts';
import { linear } from '../../src/kernels/linear/linear.ts';
import { evaluateKernel, testDevice } from '../setup/evaluate.ts';

describe('evaluateKernel', () => {
  it('gives all outputs of the last dispatch, in order', async () => {
    const flags = { data: Uint32Array.of(0, 1, 1, 0, 1), shape: [5] };
    expect(await evaluateKernel({ flags }, (o) => compact(o.flags))).toEqual([
      { shape: [5], data: Uint32Array.of(1, 2, 4, 0, 0) },
      { shape: [1], data: Uint32Array.of(3) },
    ]);
  });

  it('calls the wrapper for the device', async () => {
    const inputs = {
      x: { data: Float32Array.of(1, 2), shape: [1, 2] },
      w: { data: Float32Array.of(3, 4, 5, 6), shape: [2, 2] },
    };
    const families: string[] = [];
    const [y] = await evaluateKernel(inputs, ({ x, w }, target) => {
      families.push(target.linear);
      return linear(target, { x, w, b: null, scale: null, residual: null }, 'none', false);
    });
    expect(y).toEqual({ shape: [1, 2], data: Float32Array.of(11, 17) });
    expect(families.at(-1)).toBe((await testDevice()).target.linear);
  });

  it('throws what the wrapper throws', async () => {
    const flags = { data: Float32Array.of(0, 1), shape: [2] };
    await expect(evaluateKernel({ flags }, (o) => compact(o.flags))).rejects.toThrow(/compact: flags/);
  });
});
