import { afterEach, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { LimitError } from '../../src/graph/errors.ts';
import { linear } from '../../src/graph/ops/matmul.ts';
import { compile, type Plan } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import { sharedFor, type Shared } from '../../src/graph/shared.ts';
import { flatTexture, storageBuffer } from '../../src/graph/transfer.ts';
import { FLAT_WIDTH } from '../../src/kernels/dispatch.ts';
import { openDevice } from '../setup/evaluate.ts';
import { limitMemory } from '../setup/memory.ts';
import { addOne } from './addOne.ts';

let device: Device | undefined;

afterEach(() => {
  device?.dispose();
  device = undefined;
});

/** y = x + 3 of `count` numbers: an input, two slots and a result. */
function addThree(shared: Shared, count: number): Promise<Plan> {
  const graph = new Graph();
  const y = addOne(addOne(addOne(graph.input('x', [count]))));
  return compile(shared, graph, { name: 'addThree', outputs: { y } });
}

const KIB = 1024;

describe('a device that is out of memory', () => {
  const tell = /the device is out of memory\.\n {2}Use a smaller photo or configuration/;

  it('says which plan needs how much, keeps nothing of it, and goes on', async () => {
    device = await openDevice();
    const shared = sharedFor(device);
    const memory = limitMemory(device, 100 * KIB);
    const failed = addThree(shared, 8 * KIB);
    await expect(failed).rejects.toThrow(LimitError);
    await expect(failed).rejects.toThrow(/^Memory of addThree \(131072 bytes\): /);
    await expect(failed).rejects.toThrow(tell);
    expect(memory.used()).toBe(0);
    const smaller = await addThree(shared, 4 * KIB);
    const { y } = await smaller.run({ x: new Float32Array(4 * KIB) });
    expect(await y.read()).toEqual(new Float32Array(4 * KIB).fill(3));
  });

  it.each(['as it is', 'as a kernel wants it'])('says which constant does not fit: %s', async (form) => {
    device = await openDevice();
    const shared = sharedFor(device);
    const graph = new Graph();
    const table = graph.constant({ name: 'table', shape: [128, 128], compute: () => new Float32Array(128 * 128) });
    const y = form === 'as it is' ? addOne(table) : linear(graph.input('x', [1, 128]), table, null);
    const memory = limitMemory(device, 60 * KIB);
    const failed = compile(shared, graph, { outputs: { y } });
    await expect(failed).rejects.toThrow(LimitError);
    await expect(failed).rejects.toThrow(/^Upload of table \(65536 bytes\): /);
    await expect(failed).rejects.toThrow(tell);
    expect([memory.used(), shared.constants.bytes]).toEqual([0, 0]);
    memory.restore();
    (await compile(shared, graph, { outputs: { y } })).dispose();
  });

  it('says what is read back or copied', async () => {
    device = await openDevice();
    const plan = await addThree(sharedFor(device), 4 * KIB);
    const { y } = await plan.run({ x: new Float32Array(4 * KIB) });
    const memory = limitMemory(device, 10 * KIB);
    const [read, copy] = [y.read(), y.copy()];
    await expect(read).rejects.toThrow(/^Reading back of 16384 bytes: the device is out of memory/);
    await expect(copy).rejects.toThrow(/^Copy of y \(16384 bytes\): the device is out of memory/);
    await expect(copy).rejects.toThrow(LimitError);
    expect(memory.used()).toBe(0);
    memory.restore();
    expect(await y.read()).toEqual(new Float32Array(4 * KIB).fill(3));
  });
});

describe('limits of a device', () => {
  it('a buffer that is too large is named before it is made', async () => {
    device = await openDevice({ limits: { maxBufferSize: 2 ** 28 } });
    expect(device.gpu.limits.maxBufferSize).toBe(2 ** 28);
    const graph = new Graph();
    // Not bound to a kernel, so that no other limit comes first.
    graph.input('huge', [2 ** 26 + 1]);
    const compiled = compile(sharedFor(device), graph, { outputs: { y: addOne(graph.input('x', [4])) } });
    await expect(compiled).rejects.toThrow(LimitError);
    await expect(compiled).rejects.toThrow(
      /input huge needs a buffer of 268435472 bytes; this device allows 268435456\. Use a smaller photo/,
    );
    const { maxBufferSize } = device.gpu.limits;
    expect(() => storageBuffer(device!, 'large', maxBufferSize + 1)).toThrow(/large needs a buffer/);
  });

  it('so is a texture', async () => {
    device = await openDevice({ limits: { maxTextureDimension2D: 8192 } });
    const elements = 4 * FLAT_WIDTH * 8192;
    const make = () => flatTexture(device!, 'panels', elements + 1, 'rgba32float');
    expect(make).toThrow(LimitError);
    expect(make).toThrow(/panels needs a texture of 8193 rows; this device allows 8192\. Use a smaller photo/);
  });
});
