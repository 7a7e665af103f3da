import { describe, expect, it } from 'vitest';
import { sharedFor } from '../../src/graph/shared.ts';
import { gelu } from '../../src/graph/ops/pointwise.ts';
import { Graph } from '../../src/graph/record.ts';
import { PlanCache } from '../../src/pipeline/planCache.ts';
import { testDevice } from '../setup/evaluate.ts';

const shared = async () => sharedFor(await testDevice());

/** A graph whose recording is counted. */
function counted() {
  const recorded = { count: 0 };
  const record = () => {
    recorded.count++;
    const graph = new Graph();
    return { graph, outputs: { y: gelu(graph.input('x', [4])) } };
  };
  return { recorded, record };
}

describe('PlanCache', () => {
  it('records and compiles once for each key, even when asked twice at a time', async () => {
    const cache = new PlanCache(await shared());
    const { recorded, record } = counted();
    const [a, b] = await Promise.all([cache.get('a', record), cache.get('a', record)]);
    expect(a).toBe(b);
    expect(await cache.get('a', record)).toBe(a);
    expect(await cache.get('b', record)).not.toBe(a);
    expect(recorded.count).toBe(2);
    await cache.dispose();
  });

  it('makes room by disposing of the plan that was not used for longest', async () => {
    const cache = new PlanCache(await shared(), 2);
    const { record } = counted();
    const a = await cache.get('a', record);
    const b = await cache.get('b', record);
    await cache.get('a', record);
    await cache.get('c', record);
    expect(await cache.get('a', record)).toBe(a);
    expect(await cache.get('b', record)).not.toBe(b);
    await cache.dispose();
  });

  it('forgets a plan that could not be compiled', async () => {
    const cache = new PlanCache(await shared());
    const broken = () => {
      const graph = new Graph();
      return { graph, outputs: { y: gelu(graph.weight('missing', [4])) } };
    };
    await expect(cache.get('a', broken)).rejects.toThrow(/no checkpoint here to read "missing"/);
    const plan = await cache.get('a', counted().record);
    expect(Object.keys(await plan.run({ x: new Float32Array(4) }))).toEqual(['y']);
    await cache.dispose();
  });
});
