import { describe, expect, it } from 'vitest';
import { sharedFor } from '../../src/graph/shared.ts';
import { Graph } from '../../src/graph/record.ts';
import { affine, gelu } from '../../src/graph/ops/pointwise.ts';
import { PlanCache } from '../../src/pipeline/planCache.ts';
import { testDevice } from '../setup/evaluate.ts';

const shared = async () => sharedFor(await testDevice());

interface Line {
  readonly size: number;
  readonly slope: Float32Array;
}

function line({ size, slope }: Line) {
  const graph = new Graph();
  return { graph, outputs: { y: affine(graph.input('x', [size]), slope[0], 0) } };
}

function shiftedLine({ size, slope }: Line) {
  const graph = new Graph();
  return { graph, outputs: { y: affine(graph.input('x', [size]), slope[0], 1) } };
}

/** `line`, counted. */
function counted() {
  const recorded = { count: 0 };
  const record = (argument: Line) => {
    recorded.count++;
    return line(argument);
  };
  return { recorded, record };
}

const lineOf = (slope: number): Line => ({ size: 4, slope: Float32Array.of(slope) });

describe('PlanCache', () => {
  it('records and compiles once for equal arguments, even when asked twice at a time', async () => {
    const cache = new PlanCache(await shared());
    const { recorded, record } = counted();
    const [a, b] = await Promise.all([cache.get(record, lineOf(2)), cache.get(record, lineOf(2))]);
    expect(a).toBe(b);
    expect(await cache.get(record, { slope: Float32Array.of(2), size: 4 })).toBe(a);
    expect(await cache.get(record, lineOf(3))).not.toBe(a);
    expect(recorded.count).toBe(2);
    await cache.dispose();
  });

  it('tells apart arguments that differ in one number of an array', async () => {
    const cache = new PlanCache(await shared());
    const x = new Float32Array(4).fill(10);
    for (const slope of [2, 3]) {
      const { y } = await (await cache.get(line, lineOf(slope))).run({ x });
      expect([...(await y.read())]).toEqual([0, 0, 0, 0].map(() => 10 * slope));
    }
    await cache.dispose();
  });

  it('tells apart two recorders of one argument', async () => {
    const cache = new PlanCache(await shared());
    expect(await cache.get(line, lineOf(2))).not.toBe(await cache.get(shiftedLine, lineOf(2)));
    await cache.dispose();
  });

  it('refuses an argument that is not plain data', async () => {
    const cache = new PlanCache(await shared());
    const argument = { ...lineOf(2), slope: () => 2 };
    await expect(cache.get(line as never, argument)).rejects.toThrow(/value\[1\]\.slope is a function/);
  });

  it('makes room by disposing of the plan that was not used for longest', async () => {
    const cache = new PlanCache(await shared(), 2);
    const a = await cache.get(line, lineOf(1));
    const b = await cache.get(line, lineOf(2));
    const { y } = await b.run({ x: new Float32Array(4) });
    await cache.get(line, lineOf(1));
    await cache.get(line, lineOf(3));
    expect(await cache.get(line, lineOf(1))).toBe(a);
    expect(await cache.get(line, lineOf(2))).not.toBe(b);
    await expect(y.read()).rejects.toThrow(/"y" is gone: line was disposed/);
    await expect(b.run({ x: new Float32Array(4) })).rejects.toThrow(/line was disposed/);
    await cache.dispose();
  });

  it('forgets a plan that could not be compiled', async () => {
    const cache = new PlanCache(await shared());
    let name = 'missing';
    const broken = () => {
      const graph = new Graph();
      const x = name ? graph.weight(name, [4]) : graph.input('x', [4]);
      return { graph, outputs: { y: gelu(x) } };
    };
    await expect(cache.get(broken, {})).rejects.toThrow(/no checkpoint here to read "missing"/);
    name = '';
    const plan = await cache.get(broken, {});
    expect(Object.keys(await plan.run({ x: new Float32Array(4) }))).toEqual(['y']);
    await cache.dispose();
  });
});
