import { expect, it } from 'vitest';
import { linear } from '../../src/graph/ops/matmul.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import type { StepTime } from '../../src/graph/run.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { testDevice } from '../setup/evaluate.ts';

it('a profile says which variant of a kernel ran, and why not the preferred one', async () => {
  const shared = sharedFor(await testDevice());
  const graph = new Graph();
  const x = graph.input('x', [4, 8]);
  const options = {
    outputs: { y: linear(x, graph.input('w', [8, 8]), null) },
    target: { linear: 'subgroup8' },
  } as const;
  const plan = await compile(shared, graph, options);
  let times: readonly StepTime[] = [];
  const inputs = { x: new Float32Array(32), w: new Float32Array(64) };
  await plan.run(inputs, { onProfile: (found) => (times = found) });
  expect(times).toMatchObject([
    {
      kernel: 'linear',
      variant: 'tiled',
      why: 'not subgroup8: w is computed, and only constants can be packed into panels',
    },
  ]);
  plan.dispose();
  shared.readback.dispose();
});
