/** Checkpoints of torch, `.pth` and `.pt`, as tensors for a safetensors file. Nothing of the file is run: its pickle is
 *  read as data. The header and the pickle are read and checked here; the tensors' bytes when they are written. */
import { type ByteSource, readExactly } from '../byteSource.ts';
import { elementBytes } from '../dtype.ts';
import { WeightsError } from '../errors.ts';
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
  /** For `writeSafetensors`. Their bytes are read, a few MiB at a time, when they are written. */
  readonly tensors: readonly TensorToWrite[];
  /** For `writeSafetensors`: which file this was. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What the file holds beside the tensors: name, and in brackets what it is. */
  readonly skipped: readonly string[];
}

/**
 * The weights in a file of torch.save. Names lose `module.` and `model.` in front; dictionaries in dictionaries become
 * names with dots; optimizers and other state of a training run are skipped.
 * @throws WeightsError for a file of another format, a damaged one, or one that does more than hold tensors. Reading a
 *   tensor's bytes throws it too.
 */
export async function convertTorch(source: ByteSource): Promise<ConvertedTorch> {
  const torch = await openTorch(source);
  const found = findTensors(torch.root, source.name);
  const budget = new Budget(source);
  const tensors: TensorToWrite[] = [];
  const skipped = [...found.skipped];
  for (const [name, record] of found.tensors) {
    const tensor = await toWrite(source, torch, name, record, budget);
    if (tensor) tensors.push(tensor);
    else skipped.push(`${name} (tensor of ${record.storage.className}, which safetensors files do not hold)`);
  }
  return { tensors, metadata: { format: 'pt', source: source.name }, skipped };
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
  throw new WeightsError({ file: source.name, expected: 'a file of torch.save (.pth, .pt)', found, advice });
}

function otherFormat(start: Uint8Array, startsWith: (bytes: number[]) => boolean): [found: string, advice: string] {
  const resave = 'Load it with the program that wrote it and save it again: torch.save(state_dict, "weights.pth").';
  if (start.length === 0) return ['an empty file', 'Fetch it again.'];
  if (latin1(start.subarray(257, 262)) === 'ustar') {
    return ["torch's tar format of 2016, or a plain tar archive", `If it is an archive, unpack it first. ${resave}`];
  }
  if (start[8] === 0x7b) return ['a safetensors file', 'It needs no conversion: use it as it is.'];
  if (startsWith(starts.gzip)) return ['a gzip archive', 'Unpack it first.'];
  if (startsWith(starts.markup))
    return ['a web page', 'The download gave a page in place of the file: fetch it again.'];
  if (startsWith(starts.pickle)) return ['a pickle that torch.save did not write', resave];
  return ['another format', 'Check that this is the file you meant, and fetch it again if it is.'];
}

/** @returns undefined for types that safetensors files do not hold */
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
    fail(expected, `${stored.size}`, 'The file is damaged: fetch it again, or save it again with torch.save.');
  }
  const layout = tensorLayout(record, dtype, stored.size, source.name, name);
  if (!layout.contiguous && layout.span > limits.stridedBytes) {
    const found = `strides (${layout.strides.join(', ')}) over ${layout.span}`;
    const advice = `Save ${name}.contiguous() in its place.`;
    fail(`a tensor whose elements lie within ${limits.stridedBytes} bytes, or follow each other`, found, advice);
  }
  budget.spend(name, Math.max(layout.span, layout.count * elementBytes[dtype]));
  return { name, dtype, shape: layout.shape, data: () => tensorBytes(source, stored, layout) };
}

/** Bounds what is read and written: views of one storage could multiply a small file without end. */
class Budget {
  readonly #file: string;
  readonly #most: number;
  #spent = 0;

  constructor({ name, size }: ByteSource) {
    this.#file = name;
    this.#most = limits.growth * size + limits.freeBytes;
  }

  spend(tensor: string, bytes: number): void {
    this.#spent += bytes;
    if (this.#spent <= this.#most) return;
    throw new WeightsError({
      file: this.#file,
      tensor,
      expected: `tensors of at most ${this.#most} bytes together, ${limits.growth} times the file`,
      found: `${this.#spent} up to here`,
      advice:
        'Tensors of the file repeat its data over and over: it is made to do harm, or views were saved as such.\nSave the tensors with .clone() if you trust it.',
    });
  }
}
