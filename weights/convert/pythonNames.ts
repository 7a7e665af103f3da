/** The allow-list: classes and functions that a pickle may name, and the result of calling them. None of them is run. The
 *  few that matter are reimplemented here, the others give opaque records. */
import type { Dtype } from '../dtype.ts';
import {
  Dict,
  List,
  Opaque,
  PythonName,
  Storage,
  TensorRecord,
  Tuple,
  type PickleValue,
  describe,
} from './pickleValues.ts';

export type Fail = (expected: string, found: string, advice?: string) => never;

/** Functions of the pickle reader for the calls that create objects. */
export interface Reader {
  readonly fail: Fail;
  /** Counts objects before they are created; fails if there are too many. */
  readonly spend: (count: number) => void;
}

/** Calls a class or function of the allow-list. */
type Call = (args: readonly PickleValue[], reader: Reader) => PickleValue;

interface StorageType {
  /** undefined for types that safetensors files cannot hold. */
  readonly dtype?: Dtype;
  /** Bytes of an element. */
  readonly width: number;
}

/** Storage classes of PyTorch. */
const storageTypes: Readonly<Record<string, StorageType>> = {
  FloatStorage: { dtype: 'F32', width: 4 },
  HalfStorage: { dtype: 'F16', width: 2 },
  BFloat16Storage: { dtype: 'BF16', width: 2 },
  DoubleStorage: { dtype: 'F64', width: 8 },
  LongStorage: { dtype: 'I64', width: 8 },
  IntStorage: { dtype: 'I32', width: 4 },
  ShortStorage: { dtype: 'I16', width: 2 },
  CharStorage: { dtype: 'I8', width: 1 },
  ByteStorage: { dtype: 'U8', width: 1 },
  BoolStorage: { dtype: 'BOOL', width: 1 },
  UntypedStorage: { dtype: 'U8', width: 1 },
  _UntypedStorage: { dtype: 'U8', width: 1 },
  ComplexFloatStorage: { width: 8 },
  ComplexDoubleStorage: { width: 16 },
  QInt8Storage: { width: 1 },
  QUInt8Storage: { width: 1 },
  QInt32Storage: { width: 4 },
  QUInt4x2Storage: { width: 1 },
  QUInt2x4Storage: { width: 1 },
};

/** Names of torch.dtype objects -> dtype; undefined for types that safetensors files cannot hold. */
const torchDtypes: Readonly<Record<string, Dtype | undefined>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  float64: 'F64',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
  uint16: undefined,
  uint32: undefined,
  uint64: undefined,
  complex32: undefined,
  complex64: undefined,
  complex128: undefined,
  float8_e4m3fn: undefined,
  float8_e5m2: undefined,
  qint8: undefined,
  quint8: undefined,
  qint32: undefined,
};

/** Classes that occur next to weights: arguments, NumPy numbers, paths, times. Their objects are dropped. */
const ignored: ReadonlySet<string> = new Set([
  'argparse.Namespace',
  'types.SimpleNamespace',
  ...['Counter', 'deque', 'UserDict'].map((name) => `collections.${name}`),
  ...['object', 'set', 'frozenset', 'bytearray', 'bytes', 'complex', 'slice', 'range'].map(
    (name) => `builtins.${name}`,
  ),
  ...['int', 'float', 'str', 'bool', 'list', 'dict', 'tuple'].map((name) => `builtins.${name}`),
  '_codecs.encode',
  ...['scalar', '_reconstruct'].map((name) => `numpy.core.multiarray.${name}`),
  ...['dtype', 'ndarray', 'float64', 'float32', 'int64', 'int32', 'bool_'].map((name) => `numpy.${name}`),
  ...['Path', 'PosixPath', 'WindowsPath', 'PurePath', 'PurePosixPath', 'PureWindowsPath'].map(
    (name) => `pathlib.${name}`,
  ),
  ...['datetime', 'date', 'time', 'timedelta', 'timezone'].map((name) => `datetime.${name}`),
  'decimal.Decimal',
  'fractions.Fraction',
  'uuid.UUID',
  'torch.serialization._get_layout',
  ...['Tensor', 'device', 'Generator', 'strided', 'sparse_coo', 'sparse_csr'].map((name) => `torch.${name}`),
  ...['preserve_format', 'contiguous_format', 'channels_last'].map((name) => `torch.${name}`),
  ...['per_tensor_affine', 'per_channel_affine'].map((name) => `torch.${name}`),
  ...['Parameter', 'Buffer'].map((name) => `torch.nn.parameter.${name}`),
  // Kinds of tensors that no released checkpoint has.
  ...['_rebuild_qtensor', '_rebuild_sparse_tensor', '_rebuild_sparse_csr_tensor'].map((name) => `torch._utils.${name}`),
  ...['_rebuild_meta_tensor_no_storage', '_rebuild_device_tensor_from_numpy'].map((name) => `torch._utils.${name}`),
  'easydict.EasyDict',
  'yacs.config.CfgNode',
  ...['dictconfig.DictConfig', 'listconfig.ListConfig', 'base.ContainerMetadata'].map((name) => `omegaconf.${name}`),
]);

/** The functions and classes that the conversion needs. */
const calls: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': ([items], reader) => dictOf(items, reader),
  'collections.defaultdict': () => new Dict(),
  'torch.Size': ([items]) => items ?? new Tuple([]),
  'torch._utils._rebuild_tensor': (args, { fail }) => tensorOf(args, fail),
  'torch._utils._rebuild_tensor_v2': (args, { fail }) => tensorOf(args, fail),
  'torch._utils._rebuild_tensor_v3': (args, { fail }) => {
    const dtype = args[6];
    const name = dtype instanceof PythonName ? memberOf(dtype.name, ['torch']) : undefined;
    if (name === undefined || !Object.hasOwn(torchDtypes, name)) return fail('a torch.dtype', describe(dtype ?? null));
    return tensorOf(args, fail, { dtype: torchDtypes[name] });
  },
  'torch._utils._rebuild_parameter': parameterOf,
  'torch._utils._rebuild_parameter_with_state': parameterOf,
  'torch._tensor._rebuild_from_type': fromType,
  'torch._tensor._rebuild_from_type_v2': fromType,
  'copyreg._reconstructor': ([cls]) => new Opaque(cls instanceof PythonName ? cls.name : 'object'),
};

/** Modules that were renamed between versions of Python or NumPy. */
const renamed: readonly [was: string, is: string][] = [
  ['__builtin__', 'builtins'],
  ['copy_reg', 'copyreg'],
  ['numpy._core', 'numpy.core'],
];

/** Looks up a class or function that the pickle names.
 *  @throws WeightsError, by `fail`, if it is not on the allow-list */
export function pythonName(module: string, member: string, fail: Fail): PythonName {
  const move = renamed.find(([was]) => module === was || module.startsWith(`${was}.`));
  const name = `${move ? move[1] + module.slice(move[0].length) : module}.${member}`;
  const dtype = memberOf(name, ['torch']);
  const known =
    Object.hasOwn(calls, name) ||
    ignored.has(name) ||
    isStorageName(name) ||
    (dtype !== undefined && Object.hasOwn(torchDtypes, dtype));
  if (known) return new PythonName(name);
  return fail(
    'only tensors, containers and numbers',
    `the Python object ${JSON.stringify(name.slice(0, 200))}`,
    'The file holds code or a whole module, which unflat never runs. If you trust it, load it with PyTorch and save only\n' +
      'the weights: torch.save(model.state_dict(), "weights.pth").',
  );
}

/** The result of `name(*args)`. */
export function callPython(name: string, args: readonly PickleValue[], reader: Reader): PickleValue {
  return Object.hasOwn(calls, name) ? calls[name](args, reader) : new Opaque(name);
}

/** The storage of a persistent id, which is ('storage', class, key, device, number of elements). Old files add None or
 *  (key of the view, first element, number of elements). */
export function storageOf(id: PickleValue, fail: Fail): Storage {
  if (!(id instanceof Tuple) || id.items[0] !== 'storage' || id.items.length < 5) {
    return fail("a persistent id of ('storage', class, key, device, size)", describe(id));
  }
  const [, cls, key, , elements, view = null] = id.items;
  if (!(cls instanceof PythonName) || !isStorageName(cls.name)) return fail('a storage class', describe(cls));
  if (typeof key !== 'string') return fail('a storage key in text', describe(key));
  if (!isCount(elements)) return fail(`a number of elements for storage ${show(key)}`, showNumber(elements));
  const { dtype, width } = storageTypes[cls.name.slice(cls.name.lastIndexOf('.') + 1)];
  const first = view === null ? 0 : view instanceof Tuple ? view.items[1] : view;
  if (!isCount(first)) return fail(`a view of storage ${show(key)} with a non-negative start`, describe(view));
  return new Storage(key, cls.name, dtype, width, elements, first);
}

/** Whether a value is a non-negative integer below 2^53. */
export function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Formats a value that should be a number, for messages. */
export function showNumber(value: PickleValue): string {
  return typeof value === 'number' || typeof value === 'bigint' ? `${value}`.slice(0, 40) : describe(value);
}

const show = (text: string): string => JSON.stringify(text.slice(0, 80));

function memberOf(name: string, modules: readonly string[]): string | undefined {
  const dot = name.lastIndexOf('.');
  return modules.includes(name.slice(0, dot)) ? name.slice(dot + 1) : undefined;
}

function isStorageName(name: string): boolean {
  const member = memberOf(name, ['torch', 'torch.cuda', 'torch.storage']);
  return member !== undefined && Object.hasOwn(storageTypes, member);
}

function tensorOf(args: readonly PickleValue[], fail: Fail, as?: { dtype: Dtype | undefined }): TensorRecord {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof Storage) || strides === undefined) {
    return fail('a tensor of storage, offset, size and stride', `(${args.slice(0, 4).map(describe).join(', ')})`);
  }
  return new TensorRecord(storage, as ? as.dtype : storage.dtype, offset, shape, strides);
}

function parameterOf([data]: readonly PickleValue[], { fail }: Reader): PickleValue {
  const usable = data instanceof TensorRecord || data instanceof Opaque;
  return usable ? data : fail('a parameter of a tensor', describe(data ?? null));
}

/** Creates a tensor that has attributes: (function, class, arguments, attributes). */
function fromType([fn, , args]: readonly PickleValue[], reader: Reader): PickleValue {
  // Nested functions of this kind could recurse without end.
  if (!(fn instanceof PythonName) || calls[fn.name] === fromType || !(args instanceof Tuple)) {
    return reader.fail('a function that makes a tensor, and its arguments', describe(fn ?? null));
  }
  return callPython(fn.name, args.items, reader);
}

/** Creates a dictionary: OrderedDict(), whose items follow later, or OrderedDict([[key, value], ...]), as Python 2 wrote it. */
function dictOf(items: PickleValue | undefined, { fail, spend }: Reader): Dict {
  const dict = new Dict();
  if (items === undefined) return dict;
  if (!(items instanceof List)) return fail('a list of pairs', describe(items));
  spend(items.items.length);
  for (const item of items.items) {
    const pair = item instanceof List || item instanceof Tuple ? item.items : [];
    if (pair.length !== 2) fail('a list of pairs', describe(item));
    dict.entries.set(pair[0], pair[1]);
  }
  return dict;
}
