/** A folder for cases that are read from disk. */
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Files } from './target.ts';

const folders: string[] = [];

/** A new folder, until `removeScratchFolders`. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'unflat-fuzz-'));
  folders.push(folder);
  return folder;
}

/** Deletes the folders of this thread. */
export function removeScratchFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Empties a folder, and writes files into it. */
export async function place(folder: string, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}
