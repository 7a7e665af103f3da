import { describe, expect, it } from 'vitest';
import { operand, type DType } from '../../src/kernels/dispatch.ts';
import { fillRef } from '../../src/kernels/fill/fill.ref.ts';
import { fill } from '../../src/kernels/fill/fill.ts';
import { fillCases } from '../cases/fill.ts';
import { evaluate } from '../setup/evaluate.ts';

const run = async (count: number, value: number, dtype: DType) =>
  (await evaluate((s) => ({ y: s.graph.record('fill', {}, {}, () => [fill(operand([count], dtype), value)])[0] }))).y;

describe('fill', () => {
  for (const { count } of fillCases) {
    it(`${count} elements`, async () => {
      expect([...(await run(count, -1.5, 'f32'))]).toEqual([...fillRef(count, -1.5)]);
      expect([...(await run(count, 0xfffffffe, 'u32'))]).toEqual([...fillRef(count, 0xfffffffe)]);
    });
  }
});
