import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { listAdapters, requestNodeAdapter } from '../../src/host/node/adapter.ts';
import { waitForGpu } from '../../src/host/node/wait.ts';

describe('requestNodeAdapter', () => {
  it('finds an adapter, and the same one by a part of its listed name', async () => {
    const names = await listAdapters();
    expect(names.length).toBeGreaterThan(0);
    const best = await requestNodeAdapter('auto');
    expect(best.adapter.limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(1 << 27);
    const named = await requestNodeAdapter(names[0].name.slice(0, 6).toUpperCase());
    const described = [named, best].map(({ adapter: { info } }) => [info.vendor, info.device, info.description]);
    expect(described[0]).toEqual(described[1]);
    best.release();
    named.release();
  });

  it('says which adapters there are when none fits', async () => {
    const [{ name, backend }] = await listAdapters();
    const error = await requestNodeAdapter('voodoo 2').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(`No adapter fits --adapter voodoo 2. Found: ${name} (${backend})`);
  });

  it.each(['auto', 'gpu', 'software'])('says how to install an adapter when there is none for %s', async (choice) => {
    const absent = process.platform === 'win32' ? 'metal' : 'd3d12';
    const error = await requestNodeAdapter(choice, [`backend=${absent}`]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toBe('No WebGPU adapter was found on this machine.');
    expect((error as UserError).hint).toMatch(/^Run `npm run setup`, or install a software Vulkan driver/);
  });
});

describe('a process of its own', () => {
  let folder: string;
  let bundle: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(import.meta.dirname, 'run-'));
    bundle = join(folder, 'run.mjs');
    const contents = `
      import { requestNodeAdapter } from '../../../src/host/node/adapter.ts';
      const { adapter, wait, release } = await requestNodeAdapter();
      const device = await wait(adapter.requestDevice());
      device.destroy();
      release();
      console.log('released');`;
    await build({
      stdin: { contents, resolveDir: folder },
      outfile: bundle,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
    });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('exits by itself once the adapter is released', () => {
    const { stdout, status } = spawnSync(process.execPath, [bundle], { encoding: 'utf8', timeout: 50_000 });
    expect([stdout, status]).toEqual(['released\n', 0]);
  });
});

describe('waitForGpu', () => {
  it('gives the value of the promise, or its reason', async () => {
    expect(await waitForGpu(new Promise((resolve) => setTimeout(() => resolve(5), 5)))).toBe(5);
    await expect(waitForGpu(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });

  it('lets timers run while it waits', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await waitForGpu(new Promise((resolve) => setTimeout(resolve, 60)));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(1);
  });
});
