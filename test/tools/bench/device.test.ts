import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/graph/evaluate.ts';
import { storageBuffer } from '../../../src/graph/transfer.ts';
import { linearRef } from '../../../src/kernels/linear/linear.ref.ts';
import { meterMemory } from '../../../tools/bench/memory.ts';
import { textbookMatmul } from '../../../tools/bench/textbook.ts';
import { testDevice } from '../../setup/evaluate.ts';

describe('on a device', () => {
  it('the textbook’s product is a product', async () => {
    const device = await testDevice();
    const [M, K, N] = [17, 33, 18];
    const [a, b] = [M * K, K * N].map((n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i)));
    const { y } = await evaluate(device, ({ input }) => ({
      y: textbookMatmul(input(a, [M, K]), input(b, [K, N])),
    }));
    const transposed = Float32Array.from({ length: N * K }, (_, i) => b[(i % K) * N + Math.floor(i / K)]);
    const expected = linearRef(a, transposed, N, K);
    // Rounding of K products and sums of values up to 1.
    const bound = K * K * 2 ** -24;
    for (let i = 0; i < M * N; i++) expect(Math.abs(y[i] - expected[i])).toBeLessThanOrEqual(bound);
  });

  it('memory is counted where it is allocated', async () => {
    const device = await testDevice();
    const meter = meterMemory(device);
    const before = device.memory.held;
    meter.reset();
    const [first, second] = [1000, 3000].map((bytes) => storageBuffer(device, 'test', 4 * bytes));
    first.destroy();
    first.destroy();
    expect(meter.peakDeviceBytes).toBe(before + 16000);
    meter.reset();
    expect(meter.peakDeviceBytes).toBe(before + 12000);
    expect(meter.peakProcessBytes).toBeGreaterThan(1e6);
    second.destroy();
    meter.dispose();
  });
});
