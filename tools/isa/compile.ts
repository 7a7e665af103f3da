/** Creates pipelines on a GPU that is not there, in a process of its own, and returns what its driver says about them. */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { Device } from '../../src/graph/device.ts';
import { Pipelines } from '../../src/graph/pipelines.ts';
import { dawnOptionsFor, requestNodeAdapter } from '../../src/host/node/adapter.ts';
import { type Listing, MARK, readListings } from './listing.ts';
import type { Program } from './subjects.ts';
import type { Family } from './target.ts';

/** First argument of the child process; the hashes of the programs follow. */
export const COMPILE = '--compile-programs';

export interface Compiled {
  /** Name and version of the driver. */
  readonly driver: string;
  readonly listings: ReadonlyMap<string, Listing>;
}

/** @throws Error with the driver's last words if it fails */
export async function compileFor(family: Family, hashes: readonly string[]): Promise<Compiled> {
  const { code, out, err } = await runChild([COMPILE, ...hashes], {
    VK_LAYER_PATH: resolve('dist/isa'),
    VK_INSTANCE_LAYERS: 'VK_LAYER_UNFLAT_null_queue',
    VK_DRIVER_FILES: '/usr/share/vulkan/icd.d/radeon_icd.json',
    RADV_FORCE_FAMILY: family,
    RADV_DEBUG: 'asm,shaderstats,nocache',
  });
  if (code !== 0) throw new Error(`The programs could not be compiled for ${family}: ${err.slice(-2000)}`);
  return { driver: out.trim(), listings: new Map(readListings(err).map((listing) => [listing.hash, listing])) };
}

function runChild(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [process.argv[1], ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // The child sees no other drivers' settings.
      env: { ...process.env, ...env },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', fail);
    child.on('close', (code) => done({ code: code ?? 1, out, err }));
  });
}

/** The child: the driver writes each program to stderr, after a line with its hash. */
export async function compilePrograms(programs: Iterable<Program>): Promise<void> {
  const { adapter, wait } = await requestNodeAdapter('gpu', dawnOptionsFor('f16'));
  writeSync(1, adapter.info.description);
  const device = await Device.create(adapter, { wait, precision: 'f16' });
  const pipelines = Pipelines.of(device);
  for (const { hash, dispatch } of programs) {
    writeSync(2, `\n${MARK}${hash}\n`);
    await pipelines.prepare([dispatch]);
  }
}
