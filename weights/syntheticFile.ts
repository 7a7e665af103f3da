/** Synthetic weights as a file would hold them, in either naming scheme and format: what tests of full-size files read. */
import { type Dtype, elementCount, encode } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type Scheme, namesInScheme } from './names/index.ts';
import type { NetworkSpecs, TensorSpec } from './network.ts';
import { type TensorToWrite, byteLength } from './tensorToWrite.ts';
import { syntheticWeight } from './synthetic.ts';
import { writeTorch } from './torchWriter.ts';

type FloatType = 'F32' | 'F16' | 'BF16';

/**
 * Every tensor that inference reads, its values computed when its turn comes to be written.
 * @param dtype storage of the values, which are rounded to it
 * @throws WeightsError if the seed is no integer, or the network has no files in the scheme
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
      found: `${network.title}, which the Hugging Face hub does not have`,
      advice,
    });
  }
  const tensorsToWrite: TensorToWrite[] = [];
  for (const [official, { shape, used }] of tensors) {
    if (!used) continue;
    const names = namesInScheme(official, { network, scheme });
    // Query, key and value of a stacked tensor are thirds of its rows, each a tensor of its own in the file.
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
 * A file of torch as the network's authors released it: official names, the state dict where theirs is, and beside the
 * weights what inference never reads.
 * @throws WeightsError if the seed is no integer
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
  return { bytes, content: writeTorch(list, { under: network.torchKey }) };
}

/** Values of one tensor; integers, which nothing reads, count up. */
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
