/** Synthetic weights for files, in either naming scheme and format: input for tests of full-size files. */
import { type Dtype, elementCount, encode } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type Scheme, namesInScheme } from './names/index.ts';
import type { NetworkSpecs, TensorSpec } from './network.ts';
import { type TensorToWrite, byteLength } from './tensorToWrite.ts';
import { syntheticWeight } from './synthetic.ts';
import { writeTorch } from './torchWriter.ts';

type FloatType = 'F32' | 'F16' | 'BF16';

/**
 * Lists every tensor that inference reads. Values are computed when they are written, and rounded to `dtype`.
 * @throws WeightsError if the seed is not an integer, or the network has no files in the scheme
 */
export function syntheticTensors(
  { network, tensors }: NetworkSpecs,
  { seed, scheme, dtype }: { seed: number; scheme: Scheme; dtype: FloatType },
): TensorToWrite[] {
  expectSeed(seed);
  if (!network.naming.starts[scheme]) {
    const advice = 'Use the official names.';
    throw new WeightsError({
      file: `synthetic:${seed}`,
      expected: 'a network with files on the Hugging Face hub',
      found: `${network.title}, which has none there`,
      advice,
    });
  }
  const tensorsToWrite: TensorToWrite[] = [];
  for (const [official, { shape, used }] of tensors) {
    if (!used) continue;
    const names = namesInScheme(official, { network, scheme });
    // Query, key and value of a stacked tensor are thirds of its rows. The file has a tensor for each.
    const part = [shape[0] / names.length, ...shape.slice(1)];
    const partShape = shape.length === 0 ? shape : part;
    const length = elementCount(partShape);
    for (const [i, name] of names.entries()) {
      const data = function* (): Generator<Uint8Array> {
        const values = syntheticWeight(seed, official, shape).subarray(i * length, (i + 1) * length);
        yield encode(dtype, values)!; // floats encode to each of the three types
      };
      tensorsToWrite.push({ name, dtype, shape: partShape, data });
    }
  }
  return tensorsToWrite;
}

/**
 * Creates a PyTorch file like the released one: official names, the state dict under the same key, and also the tensors
 * that inference never reads.
 * @throws WeightsError if the seed is not an integer
 */
export function syntheticTorch(
  { network, tensors }: NetworkSpecs,
  { seed, dtype }: { seed: number; dtype: FloatType },
): { bytes: number; content: AsyncGenerator<Uint8Array> } {
  expectSeed(seed);
  const list = [...tensors].map(([name, spec]): TensorToWrite => {
    const { shape } = spec;
    const stored = spec.dtype === 'F32' ? dtype : spec.dtype;
    return { name, dtype: stored, shape, data: () => [releasedBytes(seed, name, spec, stored)] };
  });
  const bytes = list.reduce((sum, tensor) => sum + byteLength(tensor), 0);
  return { bytes, content: writeTorch(list, { under: network.torchKey, setting: network.naming.setting }) };
}

/** The bytes of one tensor. Integers, which nothing reads, count up from 0. */
function releasedBytes(seed: number, name: string, { shape }: TensorSpec, dtype: Dtype): Uint8Array {
  if (dtype !== 'I64') return encode(dtype, syntheticWeight(seed, name, shape))!;
  return encode(
    dtype,
    BigInt64Array.from({ length: elementCount(shape) }, (_, i) => BigInt(i)),
  )!;
}

function expectSeed(seed: number): void {
  if (Number.isSafeInteger(seed)) return;
  const advice = 'Give a whole number, such as 7.';
  throw new WeightsError({ file: `synthetic:${seed}`, expected: 'an integer seed', found: `${seed}`, advice });
}
