import { describe, expect, it } from 'vitest';
import type { HostArray } from '../../src/graph/transfer.ts';
import { operand, type DType } from '../../src/kernels/dispatch.ts';
import { fillRef } from '../../src/kernels/fill/fill.ref.ts';
import { fill } from '../../src/kernels/fill/fill.ts';
import { fillCases } from '../cases/fill.ts';
import { evaluateKernel } from '../setup/evaluate.ts';

async function run(count: number, value: number, dtype: DType): Promise<HostArray> {
  const [y] = await evaluateKernel({}, () => [fill(operand([count], dtype), value)]);
  return y.data;
}

describe('fill', () => {
  for (const { count } of fillCases) {
    it(`${count} elements`, async () => {
      expect([...(await run(count, -1.5, 'f32'))]).toEqual([...fillRef(count, -1.5)]);
      expect([...(await run(count, 0xfffffffe, 'u32'))]).toEqual([...fillRef(count, 0xfffffffe)]);
    });
  }
});
