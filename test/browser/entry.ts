/**
 * The functions that `chromium.test.ts` calls in the browser, bundled as dist/browserTests.js. Arguments and results pass as JSON.
 */
import { adapterName } from '../../src/graph/device.ts';
import { LossTrials, type Trial } from '../../tools/reliability/lossTrials.ts';
import { runSmallChain, type SmallChain } from '../setup/smallChain.ts';
import { openDevice } from './evaluate.ts';
import { expect, it, runFile, type Outcome } from './vitest.ts';

/**
 * Runs a test file of test/kernels or test/pipeline on the browser's adapter.
 * @param name such as layerNorm or chain
 */
export function runTests(folder: 'kernels' | 'pipeline', name: string): Promise<Outcome[]> {
  return runFile(`test/${folder}/${name}.test.ts`, () =>
    folder === 'kernels' ? import(`../kernels/${name}.test.ts`) : import(`../pipeline/${name}.test.ts`),
  );
}

/** Runs tests that pass, fail and are skipped, to show that a failure in the browser is reported. */
export function runSample(): Promise<Outcome[]> {
  return runFile('sample', async () => {
    it('passes', () => expect([1, 2]).toEqual([1, 2]));
    it('fails', () => expect(1).toBe(2));
    it('rejects', () => expect(Promise.resolve(1)).resolves.toBe(2));
    it.runIf(false)('does not run', () => {});
  });
}

/** @returns vendor and architecture of the adapter, and what the engine calls it @throws Error if there is none */
export async function adapterInfo(): Promise<{ vendor: string; architecture: string; name: string }> {
  const { info } = await requestAdapter();
  return { vendor: info.vendor, architecture: info.architecture, name: adapterName(info) };
}

/** Runs the chain with small networks on the browser's adapter. */
export async function runChain(): Promise<SmallChain> {
  return runSmallChain(await openDevice());
}

let losses: LossTrials | undefined;

/**
 * Loses the device at a random moment. Trials of one page share the undisturbed run.
 * @param killer name of a global function that kills the browser's GPU process; without it, the device is destroyed
 */
export function loseDevice(seed: number, killer?: string): Promise<Trial> {
  const kill = killer === undefined ? undefined : (globalThis as unknown as Record<string, () => void>)[killer];
  losses ??= new LossTrials(() => openDevice(), 'object', kill);
  return losses.trial(seed);
}

/** Squares numbers in a compute shader, to show that the browser computes, without the engine. */
export async function squares(values: number[]): Promise<number[]> {
  const device = await (await requestAdapter()).requestDevice();
  const code = `
    @group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= arrayLength(&x)) { return; }
      x[id.x] *= x[id.x];
    }`;
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const size = values.length * 4;
  const x = device.createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const back = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(x, 0, new Float32Array(values));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: x } }],
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(values.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(x, 0, back, 0, size);
  device.queue.submit([encoder.finish()]);
  await back.mapAsync(GPUMapMode.READ);
  const result = Array.from(new Float32Array(back.getMappedRange()));
  device.destroy();
  return result;
}

async function requestAdapter(): Promise<GPUAdapter> {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new Error('This browser has no WebGPU adapter; see the flags in test/setup/chromium.ts.');
  return adapter;
}
