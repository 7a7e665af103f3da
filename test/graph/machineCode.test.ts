/** Machine code before its first use: further devices run pipelines on nothing, and results stay the same. */
import { describe, expect, it } from 'vitest';
import { create } from 'webgpu';
import type { SpareAdapter } from '../../src/graph/device.ts';
import { DeviceError, KernelError } from '../../src/graph/errors.ts';
import { affine, relu } from '../../src/graph/ops/pointwise.ts';
import { layerNorm } from '../../src/graph/ops/rows.ts';
import { buildAhead, compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';
import { ADD_ONE, addOne } from './addOne.ts';

/** The adapter again, and how many devices it gave. */
function spareOf(count: number): SpareAdapter & { readonly requests: number } {
  const gpu = create([]);
  const spare = {
    count,
    requests: 0,
    request() {
      spare.requests++;
      return gpu.requestAdapter();
    },
  };
  return spare;
}

/** Kernels of several kinds: with uniforms, weights, and a text of its own that no other test has run. */
function graphOf(text: string) {
  const graph = new Graph();
  const ones = new Float32Array(48).fill(1);
  const weight = graph.constant({ name: 'ones', of: ones, shape: [48], compute: () => ones });
  const x = graph.input('x', [7, 48]);
  const y = addOne(layerNorm(x, weight, weight, 1e-6), { wgsl: [`${ADD_ONE}\n// ${text}`] });
  return { graph, outputs: { y: relu(affine(y, 2, -1)) } };
}

describe('machine code', () => {
  it('is made by further devices, and changes no bit of a result', async () => {
    const x = noise(7 * 48, 1, 2);
    const results = [];
    const spare = spareOf(2);
    const devices = [await testDevice(), await openDevice({ spare })];
    for (const device of devices) {
      const { graph, outputs } = graphOf(`with ${devices.indexOf(device)} helpers`);
      const plan = await compile(sharedFor(device), graph, { outputs });
      results.push(await (await plan.run({ x })).y.read());
      plan.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(spare.requests).toBeGreaterThan(0);
    expect(spare.requests).toBeLessThanOrEqual(2);
    devices[1].dispose();
  });

  it('is left to the device when the adapter gives no further one', async () => {
    const device = await openDevice({ spare: { count: 2, request: () => Promise.resolve(null) } });
    const { graph, outputs } = graphOf('alone');
    const plan = await compile(sharedFor(device), graph, { outputs });
    expect((await (await plan.run({ x: noise(7 * 48, 1) })).y.read()).length).toBe(7 * 48);
    device.dispose();
  });

  it('of a wrong kernel is not made, and the error names the line', async () => {
    const device = await openDevice({ spare: spareOf(1) });
    const graph = new Graph();
    const y = addOne(graph.input('x', [4]), { wgsl: [ADD_ONE.replace('+ 1.0', '+ one')] });
    await expect(compile(sharedFor(device), graph, { outputs: { y } })).rejects.toThrow(KernelError);
    await expect(compile(sharedFor(device), graph, { outputs: { y } })).rejects.toThrow(/one/);
    device.dispose();
  });

  it('that is being made ends with the device', async () => {
    const device = await openDevice({ spare: spareOf(1) });
    const { graph, outputs } = graphOf('disposed');
    const compiling = compile(sharedFor(device), graph, { outputs });
    device.dispose();
    await expect(compiling).rejects.toThrow(DeviceError);
  });
});

describe('buildAhead', () => {
  it('builds all pipelines of a plan, and neither memory nor constants', async () => {
    const device = await openDevice();
    const shared = sharedFor(device);
    const { graph, outputs } = graphOf('ahead');
    await buildAhead(shared, graph, { outputs });
    const { created } = shared.pipelines;
    expect([created, shared.constants.bytes]).toEqual([expect.any(Number), 0]);
    expect(created).toBeGreaterThan(1);
    (await compile(shared, graph, { outputs })).dispose();
    expect(shared.pipelines.created).toBe(created);
    device.dispose();
  });
});
