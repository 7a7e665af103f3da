/** Lists the tensors in a set of weights files by official name, for any naming scheme of the files. */
import { sameShape, showShape } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { candidatesFor, type Naming, detectNaming, namesInScheme, officialPlace, stripPrefix } from './names/index.ts';
import { type NetworkDescription, titlesOf } from './network.ts';
import type { SafetensorsFile } from './safetensors.ts';
import type { TensorEntry } from './safetensorsHeader.ts';

/** A tensor in a file, with its name in the file. */
export interface StoredPart {
  readonly file: SafetensorsFile;
  readonly name: string;
  readonly entry: TensorEntry;
}

/** An official tensor. It is stored whole, or as query, key and value, which are stacked along the first axis. */
export interface OfficialTensor {
  readonly shape: readonly number[];
  readonly parts: readonly StoredPart[];
}

export interface Inventory {
  /** Names of the files, for messages. */
  readonly label: string;
  readonly files: readonly SafetensorsFile[];
  readonly naming: Naming;
  /** Names in the files, without prefix. */
  readonly names: ReadonlySet<string>;
  /** Official names that the files' tensors belong to. */
  readonly officialNames: ReadonlySet<string>;
  /** Official name -> tensor. A tensor in three parts is listed only if all three are there. */
  readonly tensors: ReadonlyMap<string, OfficialTensor>;
}

/** Lists the tensors of some files.
 *  @param networks the networks to which the files may belong
 *  @param files one file, or all shards of one checkpoint
 *  @throws WeightsError if two tensors have the same name, or the names belong to none of the networks */
export function takeInventory(networks: readonly NetworkDescription[], files: readonly SafetensorsFile[]): Inventory {
  const label = files.map((file) => file.name).join(', ') || 'weights';
  const stored = collect(files, label);
  const candidates = candidatesFor(networks, files);
  const naming = detectNaming(candidates, stored.keys());
  if (!naming) {
    throw new WeightsError({
      file: label,
      expected: `tensors of ${titlesOf(candidates, 'or')}, in the names of the released or the Hugging Face files`,
      found: stored.size > 0 ? `other tensors: ${[...stored.keys()].slice(0, 3).join(', ')}, ...` : 'no tensors',
      advice: 'Check that this is the file you meant.',
    });
  }
  const tensors = new Map<string, OfficialTensor>();
  const officialNames = new Set<string>();
  for (const [name, part] of stored) {
    const { name: official, third } = officialPlace(name, naming);
    officialNames.add(official);
    // A query stands for all three parts. A key or value without a query is reported later, by the comparison with the specs.
    if (third !== null && third !== 0) continue;
    const first = tensors.get(official)?.parts[0];
    if (first && !naming.network.naming.repeated?.includes(official)) failDuplicate(label, official, first, part);
    if (third === null) {
      tensors.set(official, { shape: part.entry.shape, parts: [part] });
    } else {
      const parts = namesInScheme(official, naming).map((partName) => stored.get(partName));
      if (parts.every((one) => one !== undefined)) tensors.set(official, stack(label, parts));
    }
  }
  return { label, files, naming, names: new Set(stored.keys()), officialNames, tensors };
}

/** Collects the tensors of all files, by name without prefix. */
function collect(files: readonly SafetensorsFile[], label: string): Map<string, StoredPart> {
  const stored = new Map<string, StoredPart>();
  for (const file of files) {
    for (const [name, entry] of file.tensors) {
      const part = { file, name, entry };
      const bare = stripPrefix(name);
      const first = stored.get(bare);
      if (first) failDuplicate(label, bare, first, part);
      stored.set(bare, part);
    }
  }
  return stored;
}

function failDuplicate(label: string, name: string, first: StoredPart, second: StoredPart): never {
  throw new WeightsError({
    file: label,
    tensor: name,
    expected: 'one tensor of this name',
    found: `${first.name} in ${first.file.name} and ${second.name} in ${second.file.name}`,
    advice: 'Give the shards of one checkpoint, each once.',
  });
}

function stack(label: string, parts: StoredPart[]): OfficialTensor {
  const [query, ...others] = parts;
  const { shape } = query.entry;
  for (const { name, entry } of others) {
    if (sameShape(entry.shape, shape)) continue;
    throw new WeightsError({
      file: label,
      tensor: name,
      expected: `the shape of ${query.name}, ${showShape(shape)}`,
      found: showShape(entry.shape),
      advice: 'Query, key and value of an attention layer must have the same shape. The file was converted wrongly.',
    });
  }
  return { shape: [3 * shape[0], ...shape.slice(1)], parts };
}
