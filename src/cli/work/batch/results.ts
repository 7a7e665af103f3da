/** What a batch says of each object: a JSON line in `results.jsonl`, from which the next run knows what is there. */
import { createHash } from 'node:crypto';
import { appendFile, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../../../../package.json';
import { OutputError } from '../../../host/node/files.ts';
import type { FailedObject } from '../../../pipeline/session/scene.ts';
import type { Shard } from './shard.ts';
import type { EngineOptions } from '../../options.ts';
import { settingsOf } from '../summary.ts';
import type { Item } from './item.ts';

/** A line of results. */
export interface ResultLine {
  readonly name: string;
  readonly photo: string;
  readonly status: 'done' | 'failed';
  /** Depends on the photo's file and on all options: when they change, the object is made again. */
  readonly key: string;
  /** Seconds that the engine took. */
  readonly seconds?: number;
  /** Of all objects together. */
  readonly points?: number;
  readonly faces?: number;
  /** Names of the objects, where several were asked for. */
  readonly objects?: readonly string[];
  /** Those of several that could not be made. The files of the others are there. */
  readonly failed?: readonly FailedObject[];
  readonly notices?: readonly string[];
  /** Archive that holds the files, if they are not in a folder. */
  readonly archive?: string;
  readonly error?: { readonly message: string; readonly hint?: string };
}

/** The name of the results of a part of a list. */
export const resultsName = (shard: Shard | undefined): string =>
  shard ? `results.${shard.index}-of-${shard.of}.jsonl` : 'results.jsonl';

/** A key of everything that the result depends on. */
export async function keyOf(
  { photo, options, stored }: Item,
  { weights, size, precision }: Pick<EngineOptions, 'weights' | 'size' | 'precision'>,
  only: readonly string[] | undefined,
): Promise<string> {
  // Of a list with many masks, a change of one is no change of the others.
  const mask = stored ? undefined : options.mask;
  const ofObjects = options.object?.map((one) => one.mask) ?? [];
  const stamps = await Promise.all([photo, mask, options.depthMap, options.pointCloud, ...ofObjects].map(stampOf));
  const facts = [stamps, stored, settingsOf(options), weights, size, precision, only, version];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** Size and time of a file; its bytes are not read. A file that is not there has a stamp, too: making the object will say so. */
const stampOf = async (path: string | undefined): Promise<string> =>
  path === undefined
    ? 'none'
    : stat(path).then(
        ({ size, mtimeMs }) => `${path} ${size} ${mtimeMs}`,
        () => `${path} is missing`,
      );

/** The lines of earlier runs; the last one of each name. A line that was cut off by a killed process does not count. */
export async function readResults(path: string): Promise<Map<string, ResultLine>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = new Map<string, ResultLine>();
  for (const line of text.split('\n')) {
    const result = parsed(line);
    if (result) lines.set(result.name, result);
  }
  return lines;
}

function parsed(line: string): ResultLine | undefined {
  try {
    const result = JSON.parse(line) as Partial<ResultLine> | null;
    const isWhole = typeof result?.name === 'string' && typeof result.key === 'string';
    return isWhole ? (result as ResultLine) : undefined;
  } catch {
    return undefined;
  }
}

/** Adds lines at the end of a file of results. A line cut off before them is ended first. @throws OutputError */
export class ResultsFile {
  private isClean = false;

  constructor(private readonly path: string) {}

  async add(lines: readonly ResultLine[]): Promise<void> {
    try {
      const start = this.isClean || (await this.endsWithLine()) ? '' : '\n';
      await appendFile(this.path, start + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      this.isClean = true;
    } catch (error) {
      throw new OutputError(`The results ${this.path} cannot be written`, error);
    }
  }

  private async endsWithLine(): Promise<boolean> {
    const text = await readFile(this.path, 'utf8').catch(() => '');
    return text === '' || text.endsWith('\n');
  }
}

/** Whether the files of an earlier line are there. @param last name of the file that is written last */
export function isThere(folder: string, { name, archive }: ResultLine, last: string): Promise<boolean> {
  return stat(join(folder, archive ?? join(name, last))).then(
    (found) => found.isFile(),
    () => false,
  );
}
