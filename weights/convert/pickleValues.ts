/** What a pickle of torch becomes here: plain data. Nothing in it can run. */
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

/** A class or function that the pickle names; it is on the allow-list. `name` includes its module. */
export class PythonName {
  constructor(readonly name: string) {}
}

/** An object of a class that conversion has no use for. Its contents are dropped. */
export class Opaque {
  constructor(readonly className: string) {}
}

/** Bytes that tensors are views of. */
export class Storage {
  constructor(
    /** The name of the bytes in the file. */
    readonly key: string,
    /** Python's class, such as torch.FloatStorage. */
    readonly className: string,
    /** undefined for types that safetensors files do not hold. */
    readonly dtype: Dtype | undefined,
    /** Bytes of an element. */
    readonly width: number,
    /** Elements of the whole storage. */
    readonly elements: number,
    /** Element that counts as the first: not 0 only for views in old files. */
    readonly first: number,
  ) {}
}

/** A tensor as the pickle gives it: geometry is checked when its name is known. */
export class TensorRecord {
  constructor(
    readonly storage: Storage,
    /** undefined for types that safetensors files do not hold. */
    readonly dtype: Dtype | undefined,
    readonly offset: PickleValue,
    readonly shape: PickleValue,
    readonly strides: PickleValue,
  ) {}
}

/** A value in the words of a message. */
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
