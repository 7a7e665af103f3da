/** Reads golden files. In the browser bundle `test/browser/goldenBytes.ts` stands in for this. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../tools/setup/process.mjs';

/** @param name path below test/golden, with its ending */
export async function goldenBytes(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(root, 'test/golden', name)));
}
