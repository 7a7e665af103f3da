import { beforeAll, describe, expect, it } from 'vitest';
import { Canceled, LifetimeError } from '../../src/graph/errors.ts';
import { compile, type Plan } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor, type Shared } from '../../src/graph/shared.ts';
import { testDevice } from '../setup/evaluate.ts';
import { addOne } from './addOne.ts';

let shared: Shared;
beforeAll(async () => {
  shared = sharedFor(await testDevice());
});

/** y = x + 1, of four numbers. */
function plus(name: string): Promise<Plan> {
  const graph = new Graph();
  return compile(shared, graph, { name, outputs: { y: addOne(graph.input('x', [4])) } });
}

const filled = (value: number): Float32Array<ArrayBuffer> => new Float32Array(4).fill(value);

describe('a result', () => {
  it('is read as often as wanted until its plan runs again', async () => {
    const plan = await plus('plus');
    const { y } = await plan.run({ x: filled(1) });
    expect(await y.read()).toEqual(filled(2));
    expect(await y.read()).toEqual(filled(2));
    plan.dispose();
  });

  it('throws once its plan ran again, and says so', async () => {
    const plan = await plus('plus');
    const { y } = await plan.run({ x: filled(1) });
    const { y: newer } = await plan.run({ x: filled(5) });
    await expect(y.read()).rejects.toThrow(LifetimeError);
    await expect(y.read()).rejects.toThrow(
      /"y" is gone: plus ran again\.\n {2}Read or use a result before that, or keep/,
    );
    await expect(y.copy()).rejects.toThrow(/plus ran again/);
    expect(() => y.buffer).toThrow(/plus ran again/);
    expect(await newer.read()).toEqual(filled(6));
    plan.dispose();
  });

  it('that is read and overwritten at a time keeps its values', async () => {
    const plan = await plus('plus');
    const { y } = await plan.run({ x: filled(1) });
    const [read, copied] = [y.read(), y.copy()];
    await plan.run({ x: filled(5) });
    expect(await read).toEqual(filled(2));
    const copy = await copied;
    expect(await copy.read()).toEqual(filled(2));
    copy.release();
    plan.dispose();
  });

  it('feeds another plan, and the next run of its own', async () => {
    const [first, second] = await Promise.all([plus('first'), plus('second')]);
    const { y } = await first.run({ x: filled(1) });
    const { y: fed } = await second.run({ x: y });
    expect(await fed.read()).toEqual(filled(3));
    const { y: again } = await first.run({ x: y });
    expect(await again.read()).toEqual(filled(3));
    [first, second].forEach((plan) => plan.dispose());
  });

  it('that is gone cannot be an input; what the other plan holds stays', async () => {
    const [first, second] = await Promise.all([plus('first'), plus('second')]);
    const { y: old } = await first.run({ x: filled(1) });
    await first.run({ x: filled(5) });
    const { y: kept } = await second.run({ x: filled(0) });
    await expect(second.run({ x: old })).rejects.toThrow(LifetimeError);
    await expect(second.run({ x: old })).rejects.toThrow(/"y" is gone: first ran again/);
    expect(await kept.read()).toEqual(filled(1));
    [first, second].forEach((plan) => plan.dispose());
  });

  it('is gone after a run that was canceled, too', async () => {
    const plan = await plus('plus');
    const { y } = await plan.run({ x: filled(1) });
    await expect(plan.run({ x: filled(5) }, { signal: AbortSignal.abort() })).rejects.toThrow(Canceled);
    await expect(y.read()).rejects.toThrow(/plus ran again/);
    plan.dispose();
  });

  it('stays when a run is refused because of its inputs', async () => {
    const plan = await plus('plus');
    const { y } = await plan.run({ x: filled(1) });
    await expect(plan.run({ x: new Float32Array(3) })).rejects.toThrow(/got 3 f32/);
    expect(await y.read()).toEqual(filled(2));
    plan.dispose();
  });

  it('throws once its plan was disposed; so does the plan', async () => {
    const plan = await plus('plus');
    const { y } = await plan.run({ x: filled(1) });
    plan.dispose();
    await expect(y.read()).rejects.toThrow(/"y" is gone: plus was disposed/);
    await expect(plan.run({ x: filled(1) })).rejects.toThrow(LifetimeError);
    await expect(plan.run({ x: filled(1) })).rejects.toThrow(/plus was disposed. Compile it again/);
  });
});

describe('a copy', () => {
  it('outlives runs and the plan, feeds plans, and can be copied', async () => {
    const [first, second] = await Promise.all([plus('first'), plus('second')]);
    const copy = await (await first.run({ x: filled(1) })).y.copy();
    await first.run({ x: filled(5) });
    first.dispose();
    expect(await copy.read()).toEqual(filled(2));
    expect(await (await second.run({ x: copy })).y.read()).toEqual(filled(3));
    const another = await copy.copy();
    copy.release();
    expect(await another.read()).toEqual(filled(2));
    another.release();
    second.dispose();
  });

  it('throws once it was released; releasing twice does nothing', async () => {
    const plan = await plus('plus');
    const copy = await (await plan.run({ x: filled(1) })).y.copy();
    copy.release();
    copy.release();
    await expect(copy.read()).rejects.toThrow(LifetimeError);
    await expect(copy.read()).rejects.toThrow(/"copy of y" is gone: it was released/);
    await expect(plan.run({ x: copy })).rejects.toThrow(/it was released/);
    plan.dispose();
  });
});
