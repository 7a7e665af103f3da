/** Failing cases that are kept: JSON files in test/fuzz/kept, which a test replays. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from './target.ts';

const FOLDER = join('test', 'fuzz', 'kept');
/** Bytes of a file beyond which a case is not kept: the seed and its number, which are printed, make it again. */
const LARGEST = 20_000;

/** A case that failed once, and why. */
interface KeptCase extends Case {
  readonly target: string;
  readonly problem: string;
}

interface Stored {
  readonly target: string;
  readonly problem: string;
  readonly seed: number;
  readonly index: number;
  readonly allowed?: readonly string[];
  /** Base64 by name. */
  readonly files: Readonly<Record<string, string>>;
}

/** Keeps a case, unless it is too large. @returns its path, undefined if it was not kept */
export async function keep(kept: KeptCase, from: { seed: number; index: number }): Promise<string | undefined> {
  const { target, problem, allowed, files } = kept;
  if (Object.values(files).some((bytes) => bytes.length > LARGEST)) return undefined;
  const stored: Stored = {
    ...{ target, problem, ...from, ...(allowed && { allowed }) },
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]),
    ),
  };
  const hash = createHash('sha256').update(problem).digest('hex').slice(0, 8);
  const path = join(FOLDER, `${target}-${hash}.json`);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path, `${JSON.stringify(stored, undefined, 2)}\n`);
  return path;
}

/** All cases that are kept, by the name of their file. For tests. */
export async function keptCases(): Promise<Map<string, KeptCase>> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
  const cases = new Map<string, KeptCase>();
  for (const name of names) {
    const { files, ...stored } = JSON.parse(await readFile(join(FOLDER, name), 'utf8')) as Stored;
    const decoded = Object.entries(files).map(([file, text]) => [file, new Uint8Array(Buffer.from(text, 'base64'))]);
    cases.set(name, { ...stored, files: Object.fromEntries(decoded) as Case['files'] });
  }
  return cases;
}
