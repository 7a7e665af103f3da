/** Values of a PyTorch pickle, as plain data. Nothing in them can run. */
import type { Dtype } from '../dtype.ts';

export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | List
  | Tuple
  | Dict
  | PythonName
  | Opaque
  | Storage
  | TensorRecord;

export class List {
  readonly items: PickleValue[] = [];
}

export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** dict, OrderedDict and their relatives. */
export class Dict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** A class or function of the allow-list that the pickle names. `name` includes its module. */
export class PythonName {
  constructor(readonly name: string) {}
}

/** An object of a class that the conversion does not need. Its contents are dropped, but those of `argparse.Namespace`. */
export class Opaque {
  /** The settings of a training program, by name; absent for other objects. */
  settings?: Dict;

  constructor(readonly className: string) {}
}

/** A storage: bytes of which tensors are views. */
export class Storage {
  constructor(
    /** Name of the storage in the file. */
    readonly key: string,
    /** Python's class, such as torch.FloatStorage. */
    readonly className: string,
    /** undefined for types that safetensors files cannot hold. */
    readonly dtype: Dtype | undefined,
    /** Bytes of an element. */
    readonly width: number,
    /** Elements of the whole storage. */
    readonly elements: number,
    /** Index of the first element. It is 0, except for views in old files. */
    readonly first: number,
  ) {}
}

/** A tensor in the pickle. Its offset, shape and strides are checked later, when its name is known. */
export class TensorRecord {
  constructor(
    readonly storage: Storage,
    /** undefined for types that safetensors files cannot hold. */
    readonly dtype: Dtype | undefined,
    readonly offset: PickleValue,
    readonly shape: PickleValue,
    readonly strides: PickleValue,
  ) {}
}

/** Describes a value for a message. */
export function describe(value: PickleValue): string {
  if (value === null) return 'None';
  if (value instanceof TensorRecord) return 'tensor';
  if (value instanceof Storage) return value.className;
  if (value instanceof Opaque) return value.className;
  if (value instanceof PythonName) return value.name;
  if (value instanceof Dict) return `dictionary of ${value.entries.size}`;
  if (value instanceof List) return `list of ${value.items.length}`;
  if (value instanceof Tuple) return `tuple of ${value.items.length}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'bigint' ? 'number' : typeof value;
}
