/**
 * What `unflat bench --tune` found on this machine's adapters: a file for each adapter in the cache folder. A file that is
 * damaged, or of another adapter, driver or version, is passed over: tuning makes kernels faster and changes no result.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { version } from '../../../package.json';
import type { Tuning } from '../../kernels/tuning.ts';
import { messageOf } from '../errors.ts';
import { cacheFolder } from './cache.ts';
import { writeWhole } from './files.ts';

/** The outcome for one problem. */
export interface TuningEntry {
  readonly kernel: string;
  /** Key of the problem: `problemKey`. */
  readonly problem: string;
  /** The fastest variant. */
  readonly variant: string;
  /** The variant that the engine takes without tuning. */
  readonly usual: string;
  /** How many times as fast the fastest one is. */
  readonly times: number;
}

/** The file's content. */
export interface TuningFile {
  readonly unflat: string;
  /** Adapter and driver, as the adapter tells them. */
  readonly adapter: string;
  readonly date: string;
  readonly entries: readonly TuningEntry[];
}

type AdapterNames = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;

/** Identifies an adapter and its driver. */
const identityOf = ({ vendor, architecture, device, description }: AdapterNames): string =>
  [vendor, architecture, device, description].join(' | ');

/** Where the tuning of an adapter is. Exported for tests. */
export function tuningPath(info: AdapterNames, folder = cacheFolder()): string {
  const slug = identityOf(info)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return join(folder, 'tuning', `${slug || 'adapter'}.json`);
}

export interface FoundTuning {
  readonly path: string;
  /** Absent if there is no file, or it is passed over. */
  readonly file?: TuningFile;
  /** Why a file that is there is passed over. */
  readonly ignored?: string;
}

/** Reads the tuning of an adapter. It never fails. */
export async function readTuning(info: AdapterNames, folder?: string): Promise<FoundTuning> {
  const path = tuningPath(info, folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { path };
    return { path, ignored: `it cannot be read: ${messageOf(error)}` };
  }
  const file = parsed(text);
  if (!file) return { path, ignored: 'it is damaged' };
  if (file.unflat !== version) return { path, ignored: `it is from unflat ${file.unflat}, this is ${version}` };
  if (file.adapter !== identityOf(info)) return { path, ignored: 'it is of another adapter or driver' };
  return { path, file };
}

/** The choices of a file, for a kernel target. */
export const tuningOf = ({ entries }: TuningFile): Tuning =>
  Object.fromEntries(entries.map(({ problem, variant }) => [problem, variant]));

/**
 * Adds entries to the tuning of an adapter. Earlier ones of the same problems, and a file that is passed over, are replaced.
 * @returns the path of the file
 * @throws UserError if it cannot be written
 */
export async function writeTuning(
  info: AdapterNames,
  entries: readonly TuningEntry[],
  folder?: string,
): Promise<string> {
  const { path, file: earlier } = await readTuning(info, folder);
  const measured = new Set(entries.map(({ problem }) => problem));
  const kept = (earlier?.entries ?? []).filter(({ problem }) => !measured.has(problem));
  const file: TuningFile = {
    ...{ unflat: version, adapter: identityOf(info), date: new Date().toISOString() },
    entries: [...kept, ...entries],
  };
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, new TextEncoder().encode(`${JSON.stringify(file, undefined, 2)}\n`));
  return path;
}

function parsed(text: string): TuningFile | undefined {
  try {
    const file = JSON.parse(text) as Partial<TuningFile> | null;
    const texts = [file?.unflat, file?.adapter, file?.date];
    if (!texts.every((one) => typeof one === 'string') || !Array.isArray(file?.entries)) return undefined;
    return file.entries.every(isEntry) ? (file as TuningFile) : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is TuningEntry {
  const { kernel, problem, variant, usual, times } = (value ?? {}) as Record<string, unknown>;
  return [kernel, problem, variant, usual].every((one) => typeof one === 'string') && typeof times === 'number';
}
