/** Sources of weights: files in either naming scheme, or the generator of synthetic weights. */
import { elementCount, sameShape, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { checkFit } from './fit.ts';
import { takeInventory } from './inventory.ts';
import { closestConfig } from './known.ts';
import { candidatesFor, type Naming, detectNaming, officialPlace, stripPrefix } from './names/index.ts';
import type { NetworkDescription, NetworkSpecs } from './network.ts';
import type { SafetensorsFile } from './safetensors.ts';
import { syntheticWeight } from './synthetic.ts';

/** The weights of one network, by official name. */
export interface WeightSource {
  /** Short description for messages and summaries. */
  readonly describe: string;
  /** Whether the network uses a tensor of this name, so that `tensor` gives it. */
  has(name: string): boolean;
  /** Reads one tensor as f32, row-major. The caller owns the array, and passes the shape that it expects.
   *  @throws WeightsError if the specs have no such name or another shape, or if reading fails */
  tensor(name: string, shape: readonly number[]): Promise<Float32Array>;
}

/** Weights that are computed from their names. The same seed gives the same bits on every machine. */
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

/** Weights from one file, or from all shards of one checkpoint, in official or Hugging Face names. All names, shapes and
 *  dtypes are compared with the specs first. F16, BF16 and F64 are decoded to f32.
 *  @param networks all existing networks, so that a file of another network is not reported as damaged
 *  @throws WeightsError if a tensor is missing, unknown or misshapen, with the likely cause */
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

/**
 * Sorts files by network. A shard may hold only tensors whose names do not begin as any network's do, such as those of SAM's decoder:
 * it belongs to the network that has most of its tensors.
 * @throws WeightsError if a file belongs to none of the networks
 */
export function filesByNetwork(
  networks: readonly NetworkDescription[],
  files: readonly SafetensorsFile[],
): Map<NetworkDescription, SafetensorsFile[]> {
  const groups = new Map<NetworkDescription, SafetensorsFile[]>();
  for (const file of files) {
    const names = [...file.tensors.keys()].map(stripPrefix);
    const candidates = candidatesFor(networks, [file]);
    const network = (detectNaming(candidates, names) ?? namingWith(candidates, names))?.network;
    // Recognizing a file of no network throws, and says what it holds.
    const owner = network ?? recognizeFiles(networks, [file]).network;
    groups.set(owner, [...(groups.get(owner) ?? []), file]);
  }
  return groups;
}

/** The naming in which most of the names are tensors of one of a network's configurations; undefined if none is. */
function namingWith(networks: readonly NetworkDescription[], names: readonly string[]): Naming | undefined {
  let best: { naming: Naming; count: number } | undefined;
  for (const network of networks) {
    for (const scheme of ['official', 'huggingface'] as const) {
      const naming = { network, scheme };
      for (const config of Object.values(network.configs)) {
        const { tensors } = network.specs(config);
        const count = names.filter((name) => tensors.has(officialPlace(name, naming).name)).length;
        if (count > (best?.count ?? 0)) best = { naming, count };
      }
    }
  }
  return best?.naming;
}

/** Recognizes a set of files: the network, the naming and, if all tensors agree with one, the name of the configuration.
 *  @throws WeightsError if the files belong to none of the networks */
export function recognizeFiles(
  networks: readonly NetworkDescription[],
  files: readonly SafetensorsFile[],
): Naming & { config: string | undefined } {
  const { naming, tensors } = takeInventory(networks, files);
  const closest = closestConfig(naming.network, new Map([...tensors].map(([name, { shape }]) => [name, shape])));
  return { ...naming, config: closest.agreement === 1 ? closest.name : undefined };
}

function isUsed(specs: NetworkSpecs, name: string): boolean {
  return specs.tensors.get(name)?.used ?? false;
}

/** Checks that the network reads a tensor that its module declares. */
function expectSpec(specs: NetworkSpecs, file: string, tensor: string, shape: readonly number[]): void {
  const spec = specs.tensors.get(tensor);
  const { title } = specs.network;
  if (!spec?.used) {
    const found = spec ? 'a tensor that inference never reads' : 'another name';
    const advice =
      'Check the name. If the network reads this tensor, `record` of its module must record the graph that does.';
    throw new WeightsError({ file, tensor, expected: `a tensor that ${title} uses`, found, advice });
  }
  if (!sameShape(spec.shape, shape)) {
    throw new WeightsError({
      file,
      tensor,
      expected: `shape ${showShape(spec.shape)}`,
      found: `a request for ${showShape(shape)}`,
      advice: 'Check that the network was created with the configuration of these weights.',
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
