import { afterAll, describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/graph/errors.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor, type Shared } from '../../src/graph/shared.ts';
import { Constants, type Weights } from '../../src/graph/constants.ts';
import type { ConstantSpec } from '../../src/graph/constantSpec.ts';
import { packed, type Packing } from '../../src/kernels/dispatch.ts';
import { testDevice } from '../setup/evaluate.ts';
import { addOne } from './addOne.ts';

/** Weights that count how often each is read. */
function countedWeights() {
  const reads: Record<string, number> = {};
  const weights: Weights = {
    tensor(name, shape) {
      reads[name] = (reads[name] ?? 0) + 1;
      return Promise.resolve(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(7));
    },
  };
  return { reads, weights };
}

const ramp: ConstantSpec = { name: 'ramp', of: 4, shape: [4], compute: () => Float32Array.of(1, 2, 3, 4) };

function compiled(shared: Shared, spec: ConstantSpec) {
  const graph = new Graph();
  return compile(shared, graph, { outputs: { y: addOne(graph.constant(spec)) } });
}

describe('constants across plans', () => {
  const opened: Shared[] = [];
  const open = async (weights?: Weights): Promise<Shared> => {
    const shared = sharedFor(await testDevice(), weights);
    opened.push(shared);
    return shared;
  };
  afterAll(() => opened.forEach((shared) => shared.constants.dispose()));

  it('two plans of one network upload a weight once, even when compiled at a time', async () => {
    const { reads, weights } = countedWeights();
    const shared = await open(weights);
    const record = () => {
      const graph = new Graph();
      return compile(shared, graph, { outputs: { y: addOne(graph.weight('w', [8])) } });
    };
    const plans = await Promise.all([record(), record()]);
    expect([reads, shared.constants.bytes]).toEqual([{ w: 1 }, 32]);
    for (const plan of plans) {
      expect(await (await plan.run({})).y.read()).toEqual(new Float32Array(8).fill(8));
      plan.dispose();
    }
  });

  it('two networks have constants of their own', async () => {
    const [a, b] = [await open(), await open()];
    (await compiled(a, ramp)).dispose();
    expect([a.constants.bytes, b.constants.bytes]).toEqual([16, 0]);
  });

  it('data that differ in one bit are two constants', async () => {
    const shared = await open();
    const sizes = [0, 1].map((last) => Float32Array.from({ length: 100 }, (_, i) => (i === 99 ? last : i)));
    for (const data of sizes) {
      const plan = await compiled(shared, { name: 'axes', of: data, shape: [100], compute: () => data });
      expect(await (await plan.run({})).y.read()).toEqual(data.map((v) => v + 1));
      plan.dispose();
    }
  });

  it('refuses a constant that another plan uploaded in another form', async () => {
    const shared = await open();
    (await compiled(shared, ramp)).dispose();
    const other = compiled(shared, { ...ramp, shape: [2, 2] });
    await expect(other).rejects.toThrow(ShapeError);
    await expect(other).rejects.toThrow(/ramp: this constant is f32 \[2, 2\] here, but was f32 \[4\] before/);
    await expect(compiled(shared, { ...ramp, dtype: 'u32' })).rejects.toThrow(/u32 \[4\] here, but was f32 \[4\]/);
  });

  it('refuses a layout that means two things', async () => {
    const constants = new Constants(await testDevice(), countedWeights().weights);
    const tensor = new Graph().constant(ramp);
    const packing = (size: number): Packing => ({
      key: 'panels',
      storage: 'buffer',
      size,
      apply: () => new Float32Array(size),
    });
    await constants.upload([packed(tensor, packing(8))]);
    const other = constants.upload([packed(tensor, packing(16))]);
    await expect(other).rejects.toThrow(/"panels" is 16 elements in buffer here, but was 8 elements in buffer before/);
    constants.dispose();
  });

  it('an upload that failed does not stop the next one', async () => {
    const shared = await open();
    const wrong = { ...ramp, compute: () => new Float32Array(3) };
    await expect(compiled(shared, wrong)).rejects.toThrow(/ramp: got 3 values for shape \[4\]/);
    (await compiled(shared, ramp)).dispose();
  });
});
