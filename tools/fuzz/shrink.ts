/** Makes a failing case small: what can be left out without losing the failure is left out. */
import { joined } from './mutate.ts';
import type { Files } from './target.ts';

/** Readings that shrinking may take. */
const MOST = 600;

/**
 * Removes halves, quarters, and so on down to single bytes, of each file.
 * @param fails whether files still show the failure
 */
export async function shrunk(files: Files, fails: (files: Files) => Promise<boolean>): Promise<Files> {
  let best = files;
  let left = MOST;
  for (const name of Object.keys(files)) {
    for (let step = best[name].length >> 1; step >= 1 && left > 0; step >>= 1) {
      for (let at = 0; at < best[name].length && left > 0; left--) {
        const bytes = best[name];
        const smaller = { ...best, [name]: joined(bytes.subarray(0, at), bytes.subarray(at + step)) };
        if (await fails(smaller)) best = smaller;
        else at += step;
      }
    }
  }
  return best;
}
