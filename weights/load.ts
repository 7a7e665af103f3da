/** Where networks read their weights from: files in either naming scheme, or the synthetic generator. */
import { elementCount, sameShape, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { checkFit } from './fit.ts';
import { takeInventory } from './inventory.ts';
import { mostLike } from './known.ts';
import type { Naming } from './names/index.ts';
import type { NetworkDescription, NetworkSpecs } from './network.ts';
import type { SafetensorsFile } from './safetensors.ts';
import { syntheticWeight } from './synthetic.ts';

/** The weights of one network, by official name. */
export interface WeightSource {
  /** What it is, for messages and summaries. */
  readonly describe: string;
  /** Whether the network of this source uses a tensor of this name; `tensor` then gives it. */
  has(name: string): boolean;
  /** One tensor, f32, row-major; the caller owns the array. `shape` is what the caller expects.
   *  @throws WeightsError for another name or shape than the specs have, or a read that fails */
  tensor(name: string, shape: readonly number[]): Promise<Float32Array>;
}

/** Weights that are computed from names: same seed, same bits, on every machine. */
export function syntheticSource(specs: NetworkSpecs, seed: number): WeightSource {
  const describe = `synthetic:${seed}`;
  if (!Number.isSafeInteger(seed)) {
    const advice = 'Give a whole number, as in synthetic:7.';
    throw new WeightsError({ file: describe, expected: 'an integer seed', found: `${seed}`, advice });
  }
  return {
    describe,
    has: (name) => isUsed(specs, name),
    tensor: async (name, shape) => {
      expectSpec(specs, describe, name, shape);
      return syntheticWeight(seed, name, shape);
    },
  };
}

/** Weights in files: one file, or all shards of one checkpoint, in official or Hugging Face names. All names, shapes and
 *  dtypes are compared with the specs first. F16, BF16 and F64 are decoded to f32.
 *  @param networks all networks that exist, so that a file of another one is told apart from a damaged file
 *  @throws WeightsError when a tensor is missing, unknown or misshapen, with the likely cause */
export function fileSource(
  networks: readonly NetworkDescription[],
  files: readonly SafetensorsFile[],
  specs: NetworkSpecs,
): WeightSource {
  const inventory = takeInventory(networks, files);
  checkFit(inventory, specs);
  return {
    describe: `${inventory.label} (${inventory.naming.scheme} names)`,
    has: (name) => isUsed(specs, name),
    tensor: async (name, shape) => {
      expectSpec(specs, inventory.label, name, shape);
      const { parts } = inventory.tensors.get(name)!; // checkFit: every used tensor is there
      const arrays: Float32Array[] = [];
      for (const part of parts) {
        const { values } = await part.file.readTensor(part.name);
        arrays.push(values as Float32Array); // checkFit: every used tensor has a float dtype
      }
      return arrays.length === 1 ? arrays[0] : concatenate(arrays, elementCount(shape));
    },
  };
}

/** What a set of files is: its network, naming and, when all tensors agree with one, the name of its configuration.
 *  @throws WeightsError when it is none of the networks */
export function recognizeFiles(
  networks: readonly NetworkDescription[],
  files: readonly SafetensorsFile[],
): Naming & { config: string | undefined } {
  const { naming, tensors } = takeInventory(networks, files);
  const like = mostLike(naming.network, new Map([...tensors].map(([name, { shape }]) => [name, shape])));
  return { ...naming, config: like.agreement === 1 ? like.name : undefined };
}

function isUsed(specs: NetworkSpecs, name: string): boolean {
  return specs.tensors.get(name)?.used ?? false;
}

/** A network may read what its module declares and nothing else. */
function expectSpec(specs: NetworkSpecs, file: string, tensor: string, shape: readonly number[]): void {
  const spec = specs.tensors.get(tensor);
  const { title } = specs.network;
  if (!spec?.used) {
    const found = spec ? 'one that inference never reads' : 'another name';
    const advice = `Check the name; if the network reads the tensor, \`record\` of its module lacks the graph that does.`;
    throw new WeightsError({ file, tensor, expected: `a tensor that ${title} uses`, found, advice });
  }
  if (!sameShape(spec.shape, shape)) {
    throw new WeightsError({
      file,
      tensor,
      expected: `shape ${showShape(spec.shape)}`,
      found: `a request for ${showShape(shape)}`,
      advice: `Was the network made for the configuration of these weights?`,
    });
  }
}

function concatenate(arrays: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(length);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}
