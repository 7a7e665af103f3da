/** Stored results: a file for each adapter, a line of JSON for each measurement. */
import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../src/host/errors.ts';
import type { Origin } from '../origin.ts';
import type { Bound } from './ceiling.ts';
import type { Clock, Timing } from './measure.ts';

/** One measurement. */
export interface Line extends Origin, Omit<Timing, 'clock'> {
  readonly kind: 'kernel' | 'stage';
  readonly clock: Clock;
  readonly adapter: string;
  readonly adapterClass: string;
  readonly kernel: string;
  readonly shape: string;
  readonly precision: string;
  /** The variant that ran; null where the kernel has no variants, and for stages, which run many kernels. */
  readonly variant: string | null;
  /** Why the variant that was asked for did not run; absent when it ran. */
  readonly why?: string;
  /** Whether this is the variant that the engine takes on this adapter. */
  readonly chosen: boolean;
  readonly bound: Bound;
  readonly gflops: number;
  /** Null for stages: how many bytes they move depends on their kernels. */
  readonly gigabytesPerSecond: number | null;
  /** The highest rate of the adapter between the runs of this case: in registers (GFLOP/s) or copying (GB/s). */
  readonly ceiling: number;
  /** Rate of the case as a share of the ceiling. */
  readonly share: number;
  /** Load average of the last minute: processes that wanted a processor, this one included. */
  readonly load: number;
  /** Of sweeps: points decoded per second of wall time. */
  readonly pointsPerSecond?: number;
  /** Of stages: each kernel's share of the time on the device, largest first. */
  readonly kernels?: Readonly<Record<string, number>>;
  /** Of stages. */
  readonly peakDeviceBytes?: number;
  /** Of stages. */
  readonly peakProcessBytes?: number;
}

/** Path of an adapter's file. */
export const fileOf = (folder: string, adapter: string): string => {
  const slug = adapter
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return join(folder, `${slug || 'adapter'}.jsonl`);
};

export async function appendLine(file: string, line: Line): Promise<void> {
  try {
    await appendFile(file, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw new UserError(`The results cannot be appended to ${file}: ${messageOf(error)}.`, { cause: error });
  }
}

/** Lines by adapter, in the order of file names. */
export type Results = ReadonlyMap<string, readonly Line[]>;

/** All results of a folder; lines of other kinds lie in folders of their own. @throws UserError if one is not JSON */
export async function readResults(folder: string): Promise<Results> {
  let files: string[];
  try {
    files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  } catch (error) {
    throw new UserError(`The results in ${folder} cannot be read: ${messageOf(error)}.`, {
      cause: error,
      hint: 'Measure first: `unflat bench`.',
    });
  }
  const adapters = new Map<string, Line[]>();
  for (const name of files) {
    for (const line of await linesOf(join(folder, name))) {
      adapters.set(line.adapter, [...(adapters.get(line.adapter) ?? []), line]);
    }
  }
  return adapters;
}

async function linesOf(file: string): Promise<Line[]> {
  const texts = (await readFile(file, 'utf8')).split('\n');
  return texts.flatMap((text, i) => {
    if (text.trim() === '') return [];
    try {
      return [JSON.parse(text) as Line];
    } catch (error) {
      throw new UserError(`Line ${i + 1} of ${file} is not JSON: ${messageOf(error)}.`, {
        cause: error,
        hint: 'A run was probably cut off while it wrote. Remove the line.',
      });
    }
  });
}
