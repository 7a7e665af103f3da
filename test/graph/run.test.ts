import { describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { Canceled, DeviceError, KernelError } from '../../src/graph/errors.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import type { StepTime } from '../../src/graph/run.ts';
import type { Dispatch } from '../../src/kernels/dispatch.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { ADD_ONE, addOne } from './addOne.ts';

/** So many FLOPs that each step gets a submission of its own on a device with a budget of 0 ms. */
const HEAVY = { flops: 1e12 };
const hurried = () => openDevice({ submissionMs: 0 });

async function chain(device: Device, length: number, change: Partial<Dispatch> = {}) {
  const graph = new Graph();
  let y = graph.input('x', [8]);
  for (let i = 0; i < length; i++) {
    const x = y;
    y = graph.scope(`step${i}`, () => addOne(x, change));
  }
  return compile(sharedFor(device), graph, { outputs: { y } });
}

const zeros = { x: new Float32Array(8) };

describe('a run', () => {
  it('reports progress that grows to 1', async () => {
    const device = await hurried();
    const plan = await chain(device, 4, HEAVY);
    const seen: number[] = [];
    await plan.run(zeros, { onProgress: (done) => seen.push(done) });
    expect(seen).toHaveLength(4);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen[3]).toBe(1);
    device.dispose();
  });

  it('follows a shorter time of a submission at once', async () => {
    const device = await openDevice({ submissionMs: 1e9 });
    const submissionsOf = async (onProgress: () => void): Promise<number> => {
      // Five of these steps fit into the first submission of a plan, and four times as many into the next one.
      const plan = await chain(device, 30, { flops: 2e8 });
      let submissions = 0;
      await plan.run(zeros, {
        onProgress() {
          submissions++;
          onProgress();
        },
      });
      plan.dispose();
      return submissions;
    };
    expect(await submissionsOf(() => undefined)).toBe(3);
    expect(await submissionsOf(() => (device.submissionMs = 1e-9))).toBe(26);
    device.dispose();
  });

  it('stops between two submissions when it is canceled, and runs again afterwards', async () => {
    const device = await hurried();
    const plan = await chain(device, 4, HEAVY);
    const controller = new AbortController();
    let submissions = 0;
    const canceled = plan.run(zeros, {
      signal: controller.signal,
      onProgress() {
        submissions++;
        controller.abort();
      },
    });
    await expect(canceled).rejects.toThrow(Canceled);
    await expect(canceled).rejects.toMatchObject({ name: 'AbortError', message: 'The run was canceled.' });
    expect(submissions).toBe(1);
    expect(await (await plan.run(zeros)).y.read()).toEqual(new Float32Array(8).fill(4));
    device.dispose();
  });

  it('times every dispatch, with its kernel and scope', async () => {
    const device = await testDevice();
    expect(device.hasTimestamps).toBe(true);
    const plan = await chain(device, 3, { flops: 123 });
    let times: readonly StepTime[] = [];
    const { y } = await plan.run(zeros, { onProfile: (t) => (times = t) });
    expect(times.map(({ kernel, scope, flops }) => ({ kernel, scope, flops }))).toEqual(
      [0, 1, 2].map((i) => ({ kernel: 'addOne', scope: `step${i}`, flops: 123 })),
    );
    for (const { ms, startMs } of times) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(startMs).toBeGreaterThanOrEqual(0);
    }
    expect(await y.read()).toEqual(new Float32Array(8).fill(3));
    plan.dispose();
  });

  it('says so when the adapter cannot be profiled', async () => {
    const device = await openDevice({ without: ['timestamp-query'] });
    const plan = await chain(device, 1);
    await expect(plan.run(zeros, { onProfile: () => undefined })).rejects.toThrow(/no timestamp queries/);
    expect(await (await plan.run(zeros)).y.read()).toEqual(new Float32Array(8).fill(1));
    device.dispose();
  });
});

describe('failures', () => {
  it('a shader that does not compile is named with its WGSL line', async () => {
    const broken = ADD_ONE.replace('x[id.x] + 1.0', 'x[id.x] + 1u');
    const line = broken.split('\n').findIndex((text) => text.includes('+ 1u')) + 1;
    const failed = chain(await testDevice(), 1, { kernel: 'brokenKernel', wgsl: [broken] });
    await expect(failed).rejects.toThrow(KernelError);
    await expect(failed).rejects.toThrow(/^brokenKernel: its pipeline could not be built/);
    await expect(failed).rejects.toThrow(`line ${line}: no matching overload for 'operator + (f32, u32)'`);
    await expect(failed).rejects.toThrow(broken.split('\n')[line - 1].trim());
  });

  it('so is a pipeline that cannot be built from a valid shader', async () => {
    const failed = chain(await testDevice(), 1, { kernel: 'brokenKernel', constants: { noSuchOverride: 1 } });
    await expect(failed).rejects.toThrow(/brokenKernel: its pipeline could not be built[^]*noSuchOverride/);
  });

  it('one failure leaves the device usable', async () => {
    const device = await testDevice();
    await expect(chain(device, 1, { wgsl: ['fn main( {'] })).rejects.toThrow(KernelError);
    const plan = await chain(device, 1);
    expect(await (await plan.run(zeros)).y.read()).toEqual(new Float32Array(8).fill(1));
    plan.dispose();
  });

  it('a device lost in the middle ends the run with what happened and what to do', async () => {
    const device = await hurried();
    const plan = await chain(device, 4, HEAVY);
    const { y } = await plan.run(zeros);
    const lost = plan.run(zeros, { onProgress: () => device.gpu.destroy() });
    await expect(device.lost).resolves.toBeInstanceOf(DeviceError);
    await expect(lost).rejects.toThrow(DeviceError);
    await expect(lost).rejects.toThrow(/The device was lost[^]*Create a new engine/);
    // Neither old results nor new runs yield data afterwards.
    await expect(y.read()).rejects.toThrow(DeviceError);
    await expect(plan.run(zeros)).rejects.toThrow(DeviceError);
    await expect(chain(device, 1)).rejects.toThrow(DeviceError);
  });

  it('a device that is disposed was not lost', async () => {
    const device = await openDevice();
    const told = vi.fn();
    void device.lost.then(told);
    device.dispose();
    await device.gpu.lost;
    await new Promise((resolve) => setTimeout(resolve));
    expect(told).not.toHaveBeenCalled();
  });

  it('an error that WebGPU reports on its own ends the next wait', async () => {
    const device = await openDevice();
    const plan = await chain(device, 1);
    device.gpu.queue.writeBuffer(device.gpu.createBuffer({ size: 4, usage: 0x80 }), 0, new Float32Array(1));
    await expect(plan.run(zeros).then(() => plan.run(zeros))).rejects.toThrow(/WebGPU reported: /);
    device.dispose();
  });
});
