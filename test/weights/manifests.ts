/** Tensor lists of the released checkpoints and of the Hugging Face files, recorded from both. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Official name -> [dtype, shape]. */
export type OfficialManifest = Record<string, [dtype: string, shape: number[]]>;

/** Hugging Face name -> [dtype, shape, official name, rows of the official tensor or null for all]. */
export type HuggingFaceManifest = Record<
  string,
  [dtype: string, shape: number[], official: string, rows: [number, number] | null]
>;

export function manifest<T extends OfficialManifest | HuggingFaceManifest>(name: string): T {
  const packed = readFileSync(new URL(`../golden/manifests/${name}.json.gz`, import.meta.url));
  return JSON.parse(gunzipSync(packed).toString()) as T;
}
