import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../src/graph/errors.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { testDevice } from '../setup/evaluate.ts';
import { addOne } from './addOne.ts';

describe('names in a graph', () => {
  it('an input is declared once', () => {
    const graph = new Graph();
    graph.input('x', [4]);
    expect(() => graph.input('x', [4])).toThrow(ShapeError);
    expect(() => graph.input('x', [5])).toThrow(/input: "x" is declared twice; names of inputs are unique/);
  });

  it('a tap is named once', () => {
    const graph = new Graph();
    const x = graph.tap('first', graph.input('x', [4]));
    expect(() => graph.tap('first', addOne(x))).toThrow(ShapeError);
    expect(() => graph.tap('first', x)).toThrow(/tap: "first" is used twice; names of taps are unique/);
  });

  it('one tensor may be the result of two names', async () => {
    const graph = new Graph();
    const y = addOne(graph.input('x', [4]));
    const plan = await compile(sharedFor(await testDevice()), graph, { outputs: { a: y, b: y, c: y.reshape([2, 2]) } });
    const { a, b, c } = await plan.run({ x: new Float32Array(4) });
    expect([a.name, b.name, c.name, ...c.shape]).toEqual(['a', 'b', 'c', 2, 2]);
    for (const result of [a, b, c]) expect(await result.read()).toEqual(new Float32Array(4).fill(1));
    plan.dispose();
  });
});

describe('constants of a graph', () => {
  const spec = { name: 'ramp', of: { from: 1 }, shape: [4], compute: () => Float32Array.of(1, 2, 3, 4) };

  it('the same constant again is the same tensor', () => {
    const graph = new Graph();
    const first = graph.constant(spec);
    expect(graph.constant({ ...spec, dtype: 'f32', of: { from: 1, to: undefined } })).toBe(first);
    expect(graph.constant({ ...spec, of: { from: 2 } })).not.toBe(first);
    expect(graph.constant({ ...spec, name: 'slope' })).not.toBe(first);
    expect(graph.constant({ ...spec, needs: [{ name: 'w', shape: [1] }] })).not.toBe(first);
    expect(graph.weight('w', [4])).toBe(graph.weight('w', [4]));
  });

  it('refuses one constant in two forms', () => {
    const graph = new Graph();
    graph.constant(spec);
    expect(() => graph.constant({ ...spec, shape: [2, 2] })).toThrow(ShapeError);
    expect(() => graph.constant({ ...spec, shape: [2, 2] })).toThrow(
      /ramp: this constant is f32 \[2, 2\] here, but was f32 \[4\] before[^]*put what makes them differ into `of`/,
    );
    expect(() => graph.constant({ ...spec, dtype: 'u32' })).toThrow(/u32 \[4\] here, but was f32 \[4\]/);
    graph.weight('w', [4]);
    expect(() => graph.weight('w', [2, 2])).toThrow(/w \[2, 2\] here, but was f32 \[4\] made from w \[4\] before/);
  });

  it('refuses what is not plain data', () =>
    expect(() => new Graph().constant({ ...spec, of: () => 1 })).toThrow(/value\.of is a function/));
});
