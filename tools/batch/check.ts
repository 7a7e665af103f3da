/** What is wrong with the results of a batch that was killed and went on. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonLines } from '../jsonLines.ts';

/** Files whose content depends on the photo alone, not on its name or on the time. */
const OF_THE_PHOTO = ['object.ply', 'points.glb', 'mask.png', 'depth.png'];

export interface Problems {
  /** Objects without a line of results, or without a file that others have. */
  readonly lost: readonly string[];
  /** Objects with several lines, or made by both runs. */
  readonly doubled: readonly string[];
  /** Files that belong to no object. */
  readonly left: readonly string[];
  /** Objects that differ from those of the same photo. */
  readonly different: readonly string[];
}

/**
 * @param names objects of the batch
 * @param sameAs the first object of the same photo
 * @param runs objects that each run says it has made
 */
export async function problemsOf(
  folder: string,
  names: readonly string[],
  sameAs: (name: string) => string,
  runs: readonly (readonly string[])[],
): Promise<Problems> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lines = await readJsonLines<{ name: string; status: string }>(join(folder, 'results.jsonl'));
  const done = countsOf(lines.filter(({ status }) => status === 'done').map(({ name }) => name));
  const printed = countsOf(runs.flat());

  const files = new Map<string, string[]>();
  for (const name of names) files.set(name, (await readdir(join(folder, name)).catch(() => [])).sort());
  const expected = [...new Set([...files.values()].flat())].sort().join();

  const known = new Set([...names, 'results.jsonl']);
  const different: string[] = [];
  for (const name of names) {
    if (sameAs(name) === name || files.get(name)!.length === 0) continue;
    const [found, first] = [await digestOf(folder, name), await digestOf(folder, sameAs(name))];
    if (found !== first) different.push(name);
  }
  return {
    lost: names.filter((name) => !done.has(name) || files.get(name)!.join() !== expected),
    doubled: names.filter((name) => (done.get(name) ?? 0) > 1 || (printed.get(name) ?? 0) > 1),
    left: entries.map(({ name }) => name).filter((name) => !known.has(name)),
    different,
  };
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

async function digestOf(folder: string, name: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of OF_THE_PHOTO) hash.update(await readFile(join(folder, name, file)));
  return hash.digest('hex');
}
