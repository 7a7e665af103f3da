/** Numbers recorded from the released code: safetensors files below test/golden. */
import { bytesSource } from '../../weights/byteSource.ts';
import { SafetensorsFile, type StoredTensor } from '../../weights/safetensors.ts';
import { goldenBytes } from './goldenBytes.ts';

export interface Golden {
  /** Parameters of the numbered cases; empty in files that have none. */
  readonly cases: readonly Readonly<Record<string, unknown>>[];
  /** A structured field of the metadata. */
  meta<T>(name: string): T;
  tensor(name: string): StoredTensor;
  f32(name: string): Float32Array;
  /** Bytes or integers as u32. */
  u32(name: string): Uint32Array;
  /** Largest difference of the stored values from the same computation in float64. */
  f64err(name: string): number;
}

/** @param name path below test/golden, without the ending */
export async function golden(name: string): Promise<Golden> {
  const path = `${name}.safetensors`;
  const file = await SafetensorsFile.open(bytesSource(await goldenBytes(path), path));
  const tensors = new Map<string, StoredTensor>();
  for (const key of file.tensors.keys()) tensors.set(key, await file.readTensor(key));
  const meta = <T>(field: string): T => {
    const text = file.metadata.get(field);
    if (text === undefined) throw new Error(`${name} has no metadata "${field}"`);
    return JSON.parse(text) as T;
  };
  const tensor = (key: string): StoredTensor => {
    const found = tensors.get(key);
    if (!found) throw new Error(`${name} has no tensor "${key}"`);
    return found;
  };
  const stats = meta<Record<string, { f64err?: number }>>('stats');
  return {
    cases: file.metadata.has('cases') ? meta('cases') : [],
    meta,
    tensor,
    f32: (key) => tensor(key).values as Float32Array,
    u32: (key) => Uint32Array.from(tensor(key).values as Uint8Array),
    f64err: (key) => stats[key]?.f64err ?? 0,
  };
}
