/** Writes PyTorch files as torch.save does since version 1.6: a zip archive with a pickle, and one entry of bytes for each
 *  tensor. Sources: PyTorch's serialization notes, "torch.save file format"; Python's pickletools for the opcodes. */
import { type Dtype, elementCount } from './dtype.ts';
import { WeightsError } from './errors.ts';
import { type TensorToWrite, byteLength, dataChunks } from './tensorToWrite.ts';
import { type ZipEntryToWrite, type ZipWriteOptions, writeZip } from './zipWriter.ts';

const storageClasses: Readonly<Record<Dtype, string>> = {
  F64: 'DoubleStorage',
  I64: 'LongStorage',
  F32: 'FloatStorage',
  I32: 'IntStorage',
  F16: 'HalfStorage',
  BF16: 'BFloat16Storage',
  I16: 'ShortStorage',
  U8: 'ByteStorage',
  I8: 'CharStorage',
  BOOL: 'BoolStorage',
};

export interface TorchWriteOptions extends ZipWriteOptions {
  /** Key of the state dict in a dictionary; by default the state dict is the whole file. */
  readonly under?: string;
  /** Setting of a training program that is stored as true, in the entry `args`. Only with `under`. */
  readonly setting?: string;
}

/** Yields the bytes of the file. @throws WeightsError if a name is not unique, or the data do not fill the shape */
export async function* writeTorch(
  tensors: readonly TensorToWrite[],
  { under, setting, ...options }: TorchWriteOptions = {},
  file = 'torch output',
): AsyncGenerator<Uint8Array> {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) {
      const advice = 'This is a bug of the calling program: names must be unique.';
      throw new WeightsError({
        file,
        tensor: name,
        expected: 'a unique name',
        found: 'a second tensor of this name',
        advice,
      });
    }
    names.add(name);
  }
  const small = (name: string, bytes: Uint8Array): ZipEntryToWrite => ({
    name: `archive/${name}`,
    size: bytes.length,
    data: () => [bytes],
  });
  yield* writeZip(
    [
      small('data.pkl', pickleOf(tensors, under, setting)),
      small('byteorder', new TextEncoder().encode('little')),
      ...tensors.map((tensor, key): ZipEntryToWrite => ({
        name: `archive/data/${key}`,
        size: byteLength(tensor),
        data: () => dataChunks(tensor, file),
      })),
      small('version', new TextEncoder().encode('3\n')),
    ],
    options,
  );
}

/** Opcodes of pickle protocol 2. */
const op = {
  protocol: 0x80,
  mark: 0x28,
  emptyTuple: 0x29,
  stop: 0x2e,
  int: 0x4a,
  build: 0x62,
  persistentId: 0x51,
  call: 0x52,
  text: 0x58,
  global: 0x63,
  tuple: 0x74,
  setItems: 0x75,
  emptyDict: 0x7d,
  newObject: 0x81,
  true: 0x88,
  false: 0x89,
  long: 0x8a,
} as const;

/** Pickles `OrderedDict(name -> tensor)`, or a dictionary that holds it under a key, and a setting. */
function pickleOf(
  tensors: readonly TensorToWrite[],
  under: string | undefined,
  setting: string | undefined,
): Uint8Array {
  const items = tensors.flatMap((tensor, key) => [...text(tensor.name), ...tensorOf(tensor, key)]);
  const state = [...emptyOrderedDict, op.mark, ...items, op.setItems];
  const args = setting === undefined ? [] : [...text('args'), ...namespaceOf(setting)];
  const root = under === undefined ? state : [op.emptyDict, op.mark, ...text(under), ...state, ...args, op.setItems];
  return Uint8Array.from([op.protocol, 2, ...root, op.stop]);
}

/** Pickles `Namespace(setting=True)`. */
const namespaceOf = (setting: string): number[] => [
  ...[...global('argparse', 'Namespace'), op.emptyTuple, op.newObject],
  ...[op.emptyDict, op.mark, ...text(setting), op.true, op.setItems, op.build],
];

/** Pickles `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)`. */
function tensorOf({ dtype, shape }: TensorToWrite, key: number): number[] {
  const storage = [text('storage'), global('torch', storageClasses[dtype]), text(`${key}`), text('cpu')];
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const args = [
    [...tuple([...storage, int(elementCount(shape))]), op.persistentId],
    int(0),
    tuple(shape.map(int)),
    tuple(strides.map(int)),
    [op.false],
    emptyOrderedDict,
  ];
  return [...global('torch._utils', '_rebuild_tensor_v2'), ...tuple(args), op.call];
}

function global(module: string, name: string): number[] {
  return [op.global, ...utf8(`${module}\n${name}\n`)];
}

const emptyOrderedDict = [...global('collections', 'OrderedDict'), op.emptyTuple, op.call];

function tuple(items: readonly (readonly number[])[]): number[] {
  return items.length === 0 ? [op.emptyTuple] : [op.mark, ...items.flat(), op.tuple];
}

function text(value: string): number[] {
  const bytes = utf8(value);
  return [op.text, ...littleEndian(bytes.length, 4), ...bytes];
}

/** Pickles a non-negative integer. */
function int(value: number): number[] {
  return value < 2 ** 31 ? [op.int, ...littleEndian(value, 4)] : [op.long, 8, ...littleEndian(value, 8)];
}

function littleEndian(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, byte) => Math.floor(value / 256 ** byte) % 256);
}

function utf8(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}
