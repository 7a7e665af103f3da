/** Converts PyTorch checkpoints (`.pth`, `.pt`) to tensors for a safetensors file. No code in the file is run: its pickle
 *  is read as data. The header and the pickle are read and checked at once, the bytes of tensors when they are written. */
import { type ByteSource, readExactly } from '../byteSource.ts';
import { elementBytes } from '../dtype.ts';
import { WeightsError } from '../errors.ts';
import { networkMark } from '../names/index.ts';
import type { NetworkDescription } from '../network.ts';
import type { TensorToWrite } from '../tensorToWrite.ts';
import { latin1 } from './bytes.ts';
import { limits } from './limits.ts';
import type { TensorRecord } from './pickleValues.ts';
import { findTensors } from './stateDict.ts';
import { tensorBytes } from './tensorBytes.ts';
import { tensorLayout } from './tensorLayout.ts';
import type { TorchFile } from './torchFile.ts';
import { legacyStart, openTorchLegacy } from './torchLegacy.ts';
import { openTorchZip } from './torchZip.ts';

export interface ConvertedTorch {
  /** Tensors for `writeSafetensors`. Their bytes are read when they are written, a few MiB at a time. */
  readonly tensors: readonly TensorToWrite[];
  /** Metadata for `writeSafetensors`: the name of the file and, where names alone do not tell it, the id of the network. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Entries of the file that are not converted: their names and, in brackets, what they are. */
  readonly skipped: readonly string[];
}

/**
 * Finds the weights in a file of torch.save. The prefixes `module.` and `model.` are removed. Nested dictionaries become
 * names with dots. Optimizers and other training state are skipped.
 * @param networks those to which the file may belong
 * @throws WeightsError if the file has another format, is damaged, or holds more than data. Reading the bytes of a tensor
 *   throws it, too.
 */
export async function convertTorch(
  source: ByteSource,
  networks: readonly NetworkDescription[] = [],
): Promise<ConvertedTorch> {
  const torch = await openTorch(source);
  const found = findTensors(torch.root, source.name);
  const budget = new Budget(source);
  const tensors: TensorToWrite[] = [];
  const skipped = [...found.skipped];
  for (const [name, record] of found.tensors) {
    const tensor = await toWrite(source, torch, name, record, budget);
    if (tensor) tensors.push(tensor);
    else skipped.push(`${name} (tensor of ${record.storage.className}, which safetensors files cannot hold)`);
  }
  const told = networks.find(({ naming: { setting } }) => setting !== undefined && found.settings.has(setting));
  return { tensors, metadata: { format: 'pt', source: source.name, ...(told && networkMark(told)) }, skipped };
}

const starts = {
  zip: [0x50, 0x4b],
  pickle: [0x80],
  gzip: [0x1f, 0x8b],
  markup: [0x3c],
};

async function openTorch(source: ByteSource): Promise<TorchFile> {
  const start = await readExactly(source, 0, Math.min(512, source.size));
  const startsWith = (bytes: ArrayLike<number>): boolean => Array.from(bytes).every((byte, i) => start[i] === byte);
  if (startsWith(starts.zip)) return openTorchZip(source);
  if (startsWith(legacyStart)) return openTorchLegacy(source);
  const [found, advice] = otherFormat(start, startsWith);
  throw new WeightsError({ file: source.name, expected: 'a PyTorch file of torch.save (.pth or .pt)', found, advice });
}

function otherFormat(start: Uint8Array, startsWith: (bytes: number[]) => boolean): [found: string, advice: string] {
  const resave = 'Load it with the program that wrote it and save it again: torch.save(state_dict, "weights.pth").';
  if (start.length === 0) return ['an empty file', 'Download it again.'];
  if (latin1(start.subarray(257, 262)) === 'ustar') {
    return ["PyTorch's tar format of 2016, or a plain tar archive", `If it is an archive, unpack it first. ${resave}`];
  }
  if (start[8] === 0x7b) return ['a safetensors file', 'It needs no conversion. Use it as it is.'];
  if (startsWith(starts.gzip)) return ['a gzip archive', 'Unpack it first.'];
  if (startsWith(starts.markup))
    return ['a web page', 'The server sent a page instead of the file. Download it again.'];
  if (startsWith(starts.pickle)) return ['a pickle that torch.save did not write', resave];
  return ['another format', 'Check that this is the file you meant. If it is, download it again.'];
}

/** Prepares a tensor for writing. @returns undefined for types that safetensors files cannot hold */
async function toWrite(
  source: ByteSource,
  torch: TorchFile,
  name: string,
  record: TensorRecord,
  budget: Budget,
): Promise<TensorToWrite | undefined> {
  const { storage, dtype } = record;
  if (dtype === undefined) return undefined;
  const stored = await torch.storedBytes(storage, name);
  const fail = (expected: string, found: string, advice: string): never => {
    throw new WeightsError({ file: source.name, tensor: name, expected, found, advice });
  };
  if (stored.size !== storage.elements * storage.width) {
    const expected = `${storage.elements * storage.width} bytes of data in ${stored.label}`;
    fail(expected, `${stored.size}`, 'The file is damaged. Download it again, or save it again with torch.save.');
  }
  const layout = tensorLayout(record, dtype, stored.size, source.name, name);
  if (!layout.contiguous && layout.span > limits.stridedBytes) {
    const found = `strides (${layout.strides.join(', ')}) over ${layout.span} bytes`;
    const advice = `Save ${name}.contiguous() instead.`;
    fail(`a contiguous tensor, or one that spans at most ${limits.stridedBytes} bytes`, found, advice);
  }
  budget.spend(name, Math.max(layout.span, layout.count * elementBytes[dtype]));
  return { name, dtype, shape: layout.shape, data: () => tensorBytes(source, stored, layout) };
}

/** Limits the bytes that are read and written: many views of one storage could multiply a small file. */
class Budget {
  readonly #file: string;
  readonly #max: number;
  #spent = 0;

  constructor({ name, size }: ByteSource) {
    this.#file = name;
    this.#max = limits.growth * size + limits.freeBytes;
  }

  spend(tensor: string, bytes: number): void {
    this.#spent += bytes;
    if (this.#spent <= this.#max) return;
    throw new WeightsError({
      file: this.#file,
      tensor,
      expected: `tensors of at most ${this.#max} bytes together, about ${limits.growth} times the file`,
      found: `${this.#spent} bytes up to this tensor`,
      advice:
        'The tensors repeat the data of the file many times. The file is malicious, or views were saved.\nIf you trust it, save the tensors with .clone().',
    });
  }
}
