/** Synthetic weights as a file would hold them, in either naming scheme: what tests of full-size files read. */
import { elementCount, encode } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type Scheme, namesInScheme } from './names/index.ts';
import type { TensorToWrite } from './safetensorsWriter.ts';
import { type NetworkSpecs, networkTitles } from './specs/specs.ts';
import { syntheticWeight } from './synthetic.ts';

/**
 * Every tensor that inference reads, its values computed when its turn comes to be written.
 * @param dtype storage of the values, which are rounded to it
 * @throws WeightsError if the seed is no integer, or the network has no files in the scheme
 */
export function syntheticTensors(
  { network, tensors }: NetworkSpecs,
  { seed, scheme, dtype }: { seed: number; scheme: Scheme; dtype: 'F32' | 'F16' | 'BF16' },
): TensorToWrite[] {
  const file = `synthetic:${seed}`;
  if (!Number.isSafeInteger(seed)) {
    const advice = 'Give a whole number, such as 7.';
    throw new WeightsError({ file, expected: 'an integer seed', found: `${seed}`, advice });
  }
  if (scheme === 'huggingface' && network === 'mcc') {
    const advice = 'Use the official names.';
    throw new WeightsError({
      file,
      expected: 'SAM or ZoeDepth',
      found: `${networkTitles.mcc}, which the Hugging Face hub does not have`,
      advice,
    });
  }
  const files: TensorToWrite[] = [];
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
      files.push({ name, dtype, shape: partShape, data });
    }
  }
  return files;
}
