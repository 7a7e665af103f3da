/** A bound of the device's memory: what fits stays within it with the same results, what does not says so beforehand. */
import { describe, expect, it } from 'vitest';
import { DeviceMemory } from '../../src/graph/deviceMemory.ts';
import { LimitError } from '../../src/graph/errors.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { gelu } from '../../src/graph/ops/pointwise.ts';
import { linear } from '../../src/graph/ops/matmul.ts';
import { BASELINE } from '../../src/kernels/target.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import { bytesToRun } from '../../src/pipeline/fit.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { fittingChunk } from '../../src/pipeline/mcc/sweepMemory.ts';
import { networkNamed, presets, syntheticSet, type WeightSet } from '../../src/pipeline/registry.ts';
import { scene } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';

const MiB = 2 ** 20;
/** What a bound leaves for other things than networks. */
const RESERVED = 1000 * MiB - new DeviceMemory(1000 * MiB).forNetwork;
const [WIDTH, HEIGHT] = [80, 64];
const rgb = scene.image(1, HEIGHT, WIDTH);
const photo = {
  ...{ width: WIDTH, height: HEIGHT },
  rgba: new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)])),
};

/** Weights of the small networks, and how many tensors were read. */
function countedWeights(): { weights: WeightSet; reads: () => number } {
  let reads = 0;
  const set = syntheticSet(1, presets.small);
  const counted = Object.entries(set).map(([id, one]) => {
    if (typeof one !== 'object') return [id, one];
    const { source } = one;
    const tensor: typeof source.tensor = (...args) => (reads++, source.tensor(...args));
    return [id, { ...one, source: { ...source, tensor } }];
  });
  return { weights: Object.fromEntries(counted) as WeightSet, reads: () => reads };
}

describe('the memory of a device', () => {
  it('is counted until a resource is destroyed, once', () => {
    const memory = new DeviceMemory(1000);
    const resource = memory.count({ destroy: () => undefined }, 600);
    expect([memory.held, memory.room, memory.peak]).toEqual([600, 400, 600]);
    expect(() => memory.expectRoom('A plan', 500)).toThrow(
      /^A plan needs 1 kB on the device, but only 1 kB of the 1 kB/,
    );
    resource.destroy();
    resource.destroy();
    expect([memory.held, memory.peak]).toEqual([0, 600]);
    memory.expectRoom('A plan', 1000);
  });

  it('refuses a plan before its weights are read, and holds the exact bytes of one that fits', async () => {
    const record = () => {
      const graph = new Graph();
      const x = graph.input('x', [256, 64]);
      return { graph, outputs: { y: gelu(linear(x, graph.weight('w', [128, 64]), graph.weight('b', [128]))) } };
    };
    const names: string[] = [];
    const weights = {
      tensor: (name: string, shape: readonly number[]) => {
        names.push(name);
        return Promise.resolve(new Float32Array(shape.reduce((a, b) => a * b)));
      },
    };
    const device = await openDevice({ maxMemory: 400_000 });
    const shared = sharedFor(device, weights);
    const { graph, outputs } = record();
    const plan = await compile(shared, graph, { outputs });
    // Beside weights and values: uniforms, and a buffer bound in place of operands that a kernel does not read.
    const counted = shared.constants.bytes + plan.memory.peakBytes;
    expect(device.memory.held).toBeGreaterThanOrEqual(counted);
    expect(device.memory.held).toBeLessThan(counted + 2000);
    plan.dispose();
    shared.constants.dispose();
    expect(device.memory.held).toBe(0);

    names.length = 0;
    const small = await openDevice({ maxMemory: 200_000 });
    const other = record();
    const refused = compile(sharedFor(small, weights), other.graph, { outputs: other.outputs, name: 'layer' });
    await expect(refused).rejects.toThrow(LimitError);
    await expect(refused).rejects.toThrow(
      /^layer needs \d+ kB on the device, but only 200 kB of the 200 kB that are allowed/,
    );
    expect(names).toEqual([]);
    device.dispose();
    small.dispose();
  });
});

describe('an engine within a bound', () => {
  it('frees networks that are done, stays within it, and gives the same points', async () => {
    const device = await openDevice({ maxMemory: 200 * MiB });
    const needs = (['sam', 'zoe', 'mcc'] as const).map((id) =>
      bytesToRun(networkNamed(id), presets.small[id], device.target),
    );
    device.dispose();
    const maxMemory = RESERVED + Math.max(...needs);
    const run = async (bound?: number) => {
      const own = await openDevice({ maxMemory: bound });
      const { weights, reads } = countedWeights();
      const engine = new Engine({ device: own, weights });
      const session = engine.open(photo);
      const result = await session.reconstruct({ box: [8, 8, 72, 56], granularity: 0.5, mesh: false });
      const [once, { peak }] = [reads(), own.memory];
      await session.segment({ points: [{ x: 40, y: 30, label: 1 }] });
      const again = reads() - once;
      engine.dispose();
      return { grid: result.object.grid, peak, again };
    };
    const [free, bound] = [await run(), await run(maxMemory)];
    expect(bound.grid).toEqual(free.grid);
    expect(bound.peak).toBeLessThanOrEqual(maxMemory);
    expect(bound.peak).toBeLessThan(free.peak);
    // SAM was freed to make room, so a later prompt reads its weights again.
    expect(free.again).toBe(0);
    expect(bound.again).toBeGreaterThan(0);
  });

  it('says before any weight is read what each network needs, and what would help', async () => {
    const device = await openDevice({ maxMemory: 97 * MiB });
    const { weights, reads } = countedWeights();
    const create = () => new Engine({ device, weights });
    expect(create).toThrow(LimitError);
    expect(create).toThrow(
      /^The networks do not fit into 102 MB of memory:\n {2}SAM needs \d+ MB\n {2}ZoeDepth needs \d+ MB\n {2}MCC needs \d+ MB\n {2}MCC for scenes needs \d+ MB\n {2}Allow more \(--max-memory, maxMemory\), store weights as f16/,
    );
    expect(() => new Engine({ device, weights, roles: ['depth'] })).toThrow(
      /memory:\n {2}ZoeDepth needs \d+ MB\n {2}Allow/,
    );
    expect(reads()).toBe(0);
    device.dispose();
  });

  it('decodes fewer points at once where memory is short', () => {
    const config = mccConfigs.full;
    const target = { ...BASELINE, sweep: 'layered' as const };
    const chunk = (bytes: number) => fittingChunk({ memory: new DeviceMemory(bytes), target }, config, 'layered', 8192);
    const least = bytesToRun(networkNamed('mcc'), config, target) + RESERVED;
    const sizes = [0, 64 * MiB, 1024 * MiB].map((more) => chunk(least + more));
    expect(sizes[0]).toBe(256);
    expect(sizes[1]).toBeGreaterThan(256);
    expect(sizes[1]).toBeLessThan(8192);
    expect(sizes[2]).toBe(8192);
  });
});
