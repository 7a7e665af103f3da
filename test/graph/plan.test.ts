import { describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { DeviceError, LimitError, ShapeError } from '../../src/graph/errors.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { add } from '../../src/graph/ops/pointwise.ts';
import { layerNorm } from '../../src/graph/ops/rows.ts';
import { compile } from '../../src/graph/plan.ts';
import type { Inspection } from '../../src/graph/shared.ts';
import { Graph } from '../../src/graph/record.ts';
import type { HostArray } from '../../src/graph/transfer.ts';
import { FLAT_WIDTH } from '../../src/kernels/dispatch.ts';
import { layerNormRef } from '../../src/kernels/layerNorm/layerNorm.ref.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { EPS, expectClose, noise } from '../setup/numbers.ts';
import { addOne } from './addOne.ts';

/** Calls that take memory or build something, by name. */
function countCreations(device: Device): () => Record<string, number> {
  const names = [
    'createBuffer',
    'createTexture',
    'createBindGroup',
    'createShaderModule',
    'createComputePipeline',
    'createComputePipelineAsync',
  ] as const;
  const spies = names.map((name) => [name, vi.spyOn(device.gpu, name)] as const);
  return () => Object.fromEntries(spies.map(([name, spy]) => [name, spy.mock.calls.length]));
}

/** Four norms with weights and a sum, and what they give in float64. */
function normsGraph() {
  const graph = new Graph();
  const [gamma, beta] = [noise(48, 2, 0.2).map((v) => v + 1), noise(48, 3, 0.2)];
  const weights = [
    graph.constant({ name: 'gamma', of: gamma, shape: [48], compute: () => gamma }),
    graph.constant({ name: 'beta', of: beta, shape: [48], compute: () => beta }),
  ] as const;
  const x = graph.input('x', [7, 48]);
  let y = x;
  for (let i = 0; i < 4; i++) y = graph.tap(`norm${i}`, layerNorm(y, ...weights, 1e-6));
  const expected = (data: Float32Array): Float64Array => {
    let values: ArrayLike<number> = data;
    for (let i = 0; i < 4; i++) values = layerNormRef(values, gamma, beta, 48, 1e-6);
    return Float64Array.from(values, (v, i) => v + data[i]);
  };
  return { graph, outputs: { y: add(y, x) }, expected };
}

/** Bytes of gamma and beta: in buffers, or in textures of whole rows. */
const NORM_BYTES = [2 * 48 * 4, 2 * FLAT_WIDTH * 16];

// Each norm adds the layerNorm bound of its own test (8 eps (sqrt(C) + 4)) and passes the earlier ones on.
const NORMS_BOUND = 4 * 8 * EPS * (Math.sqrt(48) + 4) * 3;

describe('compile and run', () => {
  it('a second run with other inputs allocates nothing and builds nothing', async () => {
    const device = await openDevice();
    const shared = sharedFor(device);
    const { graph, outputs, expected } = normsGraph();
    const created = countCreations(device);
    const plan = await compile(shared, graph, { outputs });
    const first = noise(7 * 48, 1, 2);
    expectClose(await (await plan.run({ x: first })).y.read(), expected(first), NORMS_BOUND);
    const before = created();
    expect(before.createBuffer).toBeGreaterThan(0);
    expect(before.createComputePipelineAsync).toBeGreaterThan(0);
    const second = noise(7 * 48, 9, 2);
    expectClose(await (await plan.run({ x: second })).y.read(), expected(second), NORMS_BOUND);
    expect(created()).toEqual(before);
    device.dispose();
  });

  it('gives the same bits for the same input', async () => {
    const { graph, outputs } = normsGraph();
    const plan = await compile(sharedFor(await testDevice()), graph, { outputs });
    const x = noise(7 * 48, 1, 2);
    const first = await (await plan.run({ x })).y.read();
    await plan.run({ x: noise(7 * 48, 5) });
    expect(await (await plan.run({ x })).y.read()).toEqual(first);
    plan.dispose();
  });

  it('shares pipelines and constants between plans', async () => {
    const shared = sharedFor(await testDevice());
    const [a, b] = [normsGraph(), normsGraph()];
    const first = await compile(shared, a.graph, { outputs: a.outputs });
    const { created } = shared.pipelines;
    const { bytes } = shared.constants;
    expect(NORM_BYTES).toContain(bytes);
    const second = await compile(shared, b.graph, { outputs: b.outputs });
    expect(shared.pipelines.created).toBe(created);
    expect(shared.constants.bytes).toBe(bytes);
    first.dispose();
    second.dispose();
  });

  it('a second network on a device builds no pipeline that the first one has', async () => {
    const device = await openDevice();
    const [first, second] = [sharedFor(device), sharedFor(device)];
    const [a, b] = [normsGraph(), normsGraph()];
    await compile(first, a.graph, { outputs: a.outputs });
    const created = countCreations(device);
    const plan = await compile(second, b.graph, { outputs: b.outputs });
    expect(created()).toMatchObject({ createShaderModule: 0, createComputePipelineAsync: 0 });
    expect(NORM_BYTES).toContain(second.constants.bytes);
    const x = noise(7 * 48, 1, 2);
    expectClose(await (await plan.run({ x })).y.read(), b.expected(x), NORMS_BOUND);
    device.dispose();
  });

  it('two devices have pipelines of their own', async () => {
    const other = await openDevice();
    const { graph, outputs } = normsGraph();
    await compile(sharedFor(await testDevice()), graph, { outputs });
    const created = countCreations(other);
    await compile(sharedFor(other), graph, { outputs });
    expect(created().createComputePipelineAsync).toBeGreaterThan(0);
    other.dispose();
  });

  it('reuses memory: a chain of ten steps needs two slots beside input and result', async () => {
    const graph = new Graph();
    let y = graph.input('x', [1000]);
    for (let i = 0; i < 10; i++) y = addOne(y);
    const plan = await compile(sharedFor(await testDevice()), graph, { outputs: { y } });
    expect(plan.memory.slotBytes).toEqual([4000, 4000]);
    expect(plan.memory.peakBytes).toBe(4 * 4000);
    expect(plan.memory.sumBytes).toBe(11 * 4000);
    expect(await (await plan.run({ x: new Float32Array(1000).fill(5) })).y.read()).toEqual(
      new Float32Array(1000).fill(15),
    );
    plan.dispose();
  });

  it('keeps taps only for an inspection, and runs only what the results need', async () => {
    const graph = new Graph();
    const x = graph.input('x', [3]);
    const first = graph.tap('first', addOne(x));
    const y = addOne(first);
    graph.tap('beyond', addOne(addOne(y)));
    graph.tap('unwanted', addOne(y));
    const shared = sharedFor(await testDevice());
    const plain = await compile(shared, graph, { outputs: { y } });
    expect(plain.steps).toBe(2);
    expect(Object.keys(await plain.run({ x: new Float32Array(3) }))).toEqual(['y']);

    const found: Record<string, { shape: readonly number[]; data: HostArray }> = {};
    const inspection: Inspection = {
      wants: (tap) => tap !== 'unwanted',
      found: (tap, shape, data) => (found[tap] = { shape, data }),
    };
    const inspected = await compile({ ...shared, inspection }, graph, { outputs: { y } });
    expect(inspected.steps).toBe(4);
    await inspected.run({ x: new Float32Array(3) });
    expect(found).toEqual({
      first: { shape: [3], data: new Float32Array(3).fill(1) },
      beyond: { shape: [3], data: new Float32Array(3).fill(4) },
    });
    plain.dispose();
    inspected.dispose();
  });

  it('takes results of another plan as inputs, without a way through the host', async () => {
    const shared = sharedFor(await testDevice());
    const plans = await Promise.all(
      [1, 2].map(() => {
        const graph = new Graph();
        return compile(shared, graph, { outputs: { y: addOne(graph.input('x', [5])) } });
      }),
    );
    const { y } = await plans[0].run({ x: new Float32Array(5) });
    expect(await (await plans[1].run({ x: y })).y.read()).toEqual(new Float32Array(5).fill(2));
    plans.forEach((plan) => plan.dispose());
  });

  it('names the input that is missing, unknown or misshapen', async () => {
    const graph = new Graph();
    const plan = await compile(sharedFor(await testDevice()), graph, {
      outputs: { y: addOne(graph.input('x', [4])) },
    });
    await expect(plan.run({})).rejects.toThrow(/the input "x" \[4\] is missing/);
    await expect(plan.run({ x: new Float32Array(4), z: new Float32Array(1) })).rejects.toThrow(/no input "z".*are x/);
    await expect(plan.run({ x: new Float32Array(5) })).rejects.toThrow(/"x" is f32 \[4\], got 5 f32/);
    await expect(plan.run({ x: new Uint32Array(4) })).rejects.toThrow(ShapeError);
    plan.dispose();
  });

  it('does not start a second run while one is under way', async () => {
    const graph = new Graph();
    const plan = await compile(sharedFor(await testDevice()), graph, {
      outputs: { y: addOne(graph.input('x', [4])) },
    });
    const first = plan.run({ x: new Float32Array(4) });
    await expect(plan.run({ x: new Float32Array(4) })).rejects.toThrow(/running already/);
    expect(await (await first).y.read()).toEqual(new Float32Array(4).fill(1));
    plan.dispose();
  });
});

describe('limits and life of a device', () => {
  it('says which operand is larger than the device binds', async () => {
    const device = await openDevice({ target: { maxBindingBytes: 2 ** 20 } });
    const graph = new Graph();
    const y = addOne(graph.input('x', [2 ** 18 + 4]));
    await expect(compile(sharedFor(device), graph, { outputs: { y } })).rejects.toThrow(
      /addOne: an operand of \[262148\] takes 1048592 bytes; this device binds at most 1048576/,
    );
    await expect(compile(sharedFor(device), graph, { outputs: { y } })).rejects.toThrow(LimitError);
    device.dispose();
  });

  it('refuses an adapter with less than the engine needs', async () => {
    await expect(openDevice({ limits: { maxStorageBuffersPerShaderStage: 4 } })).rejects.toThrow(
      /maxStorageBuffersPerShaderStage = 4; at least 8/,
    );
  });

  it('create, dispose, create: the second device works, the first says that it is gone', async () => {
    const first = await openDevice();
    const { graph, outputs, expected } = normsGraph();
    const shared = sharedFor(first);
    const plan = await compile(shared, graph, { outputs });
    const x = noise(7 * 48, 1, 2);
    await plan.run({ x });
    plan.dispose();
    first.dispose();
    await expect(plan.run({ x })).rejects.toThrow(DeviceError);
    await expect(compile(shared, graph, { outputs })).rejects.toThrow(/disposed; create a new engine/);

    const second = await openDevice();
    const again = await compile(sharedFor(second), graph, { outputs });
    expectClose(await (await again.run({ x })).y.read(), expected(x), NORMS_BOUND);
    second.dispose();
  });
});
