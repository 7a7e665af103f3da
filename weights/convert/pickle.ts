/** Reads pickles of protocol 2 to 5 as data. Source: Python's pickletools, which define each opcode.
 *
 *  Opcodes for older protocols, extension registries and out-of-band buffers are refused. */
import { WeightsError } from '../errors.ts';
import { latin1, utf8, viewOf } from './bytes.ts';
import { limits } from './limits.ts';
import {
  Dict,
  List,
  Opaque,
  PythonName,
  type Storage,
  TensorRecord,
  Tuple,
  type PickleValue,
  describe,
} from './pickleValues.ts';
import { type Fail, callPython, pythonName, storageOf } from './pythonNames.ts';

/** The bytes end before the end of the pickle. */
export class PickleCutOff extends Error {}

export interface ReadPickle {
  readonly value: PickleValue;
  /** Every storage that the pickle names, by key. */
  readonly storages: ReadonlyMap<string, Storage>;
  /** Position of the first byte after the pickle. */
  readonly end: number;
}

/** Reads the pickle that begins at `start`.
 *  @param file name of the file for messages
 *  @throws PickleCutOff if `bytes` end too early
 *  @throws WeightsError if an opcode or a Python name is not allowed, or a limit is exceeded */
export function readPickle(bytes: Uint8Array, start: number, file: string): ReadPickle {
  return new Machine(bytes, start, file).run();
}

const damaged = 'The file is damaged, or was not written by torch.save. Download it again, or save it again.';

class Machine {
  #stack: PickleValue[] = [];
  /** Outer stacks: a mark starts a new stack. */
  readonly #outerStacks: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #storages = new Map<string, Storage>();
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  #at: number;
  #made = 0;

  constructor(bytes: Uint8Array, start: number, file: string) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#file = file;
    this.#at = start;
  }

  run(): ReadPickle {
    if (this.#u8() !== 0x80) this.#fail('a pickle of protocol 2 to 5', 'other bytes');
    const protocol = this.#u8();
    if (protocol < 2 || protocol > 5) this.#fail('a pickle of protocol 2 to 5', `protocol ${protocol}`);
    for (;;) {
      const opcode = this.#u8();
      if (opcode === 0x2e) {
        const value = this.#pop();
        return { value, storages: this.#storages, end: this.#at };
      }
      this.#step(opcode);
    }
  }

  #step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      case '(': // MARK
        if (this.#outerStacks.length >= limits.pickleDepth) {
          this.#fail(`containers nested at most ${limits.pickleDepth} deep`, 'deeper nesting');
        }
        this.#outerStacks.push(this.#stack);
        this.#stack = [];
        return;
      case '0': // POP
        if (this.#stack.length === 0) this.#popMark();
        else this.#stack.pop();
        return;
      case '1': // POP_MARK
        this.#popMark();
        return;
      case '2': // DUP
        return this.#push(this.#top());
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'J':
        return this.#push(this.#view.getInt32(this.#skip(4), true));
      case 'K':
        return this.#push(this.#u8());
      case 'M':
        return this.#push(this.#view.getUint16(this.#skip(2), true));
      case '\x8a': // LONG1
        return this.#push(this.#integer(this.#u8()));
      case '\x8b': // LONG4
        return this.#push(this.#integer(this.#u32()));
      case 'G':
        return this.#push(this.#view.getFloat64(this.#skip(8), false));
      case '\x8c': // SHORT_BINUNICODE
        return this.#push(this.#text(this.#u8()));
      case 'X':
        return this.#push(this.#text(this.#u32()));
      case '\x8d': // BINUNICODE8
        return this.#push(this.#text(this.#u64()));
      case 'U': // SHORT_BINSTRING, of Python 2
        return this.#push(latin1(this.#take(this.#u8())));
      case 'T': // BINSTRING
        return this.#push(latin1(this.#take(this.#u32())));
      case 'C':
        return this.#push(this.#take(this.#u8()));
      case 'B':
        return this.#push(this.#take(this.#u32()));
      case '\x8e': // BINBYTES8
      case '\x96': // BYTEARRAY8
        return this.#push(this.#take(this.#u64()));
      case ']':
        return this.#push(new List());
      case 'a': {
        const item = this.#pop();
        return this.#append([item]);
      }
      case 'e':
        return this.#append(this.#popMark());
      case ')':
        return this.#push(new Tuple([]));
      case '\x85':
        return this.#push(new Tuple(this.#popMany(1)));
      case '\x86':
        return this.#push(new Tuple(this.#popMany(2)));
      case '\x87':
        return this.#push(new Tuple(this.#popMany(3)));
      case 't':
        return this.#push(new Tuple(this.#popMark()));
      case '}':
        return this.#push(new Dict());
      case 's':
        return this.#setItems(this.#popMany(2));
      case 'u':
        return this.#setItems(this.#popMark());
      case '\x8f': // EMPTY_SET
        return this.#push(new Opaque('builtins.set'));
      case '\x90': // ADDITEMS
        this.#popMark();
        if (!(this.#top() instanceof Opaque)) this.#fail('a set to add to', describe(this.#top()));
        return;
      case '\x91': // FROZENSET
        this.#popMark();
        return this.#push(new Opaque('builtins.frozenset'));
      case 'q':
        return this.#remember(this.#u8());
      case 'r':
        return this.#remember(this.#u32());
      case '\x94': // MEMOIZE
        return this.#remember(this.#memo.size);
      case 'h':
        return this.#recall(this.#u8());
      case 'j':
        return this.#recall(this.#u32());
      case 'c': {
        const module = this.#line();
        return this.#push(pythonName(module, this.#line(), this.#fail));
      }
      case '\x93': {
        // STACK_GLOBAL
        const [module, member] = this.#popMany(2);
        if (typeof module !== 'string' || typeof member !== 'string') {
          return this.#fail('the name of a Python object', `${describe(module)} and ${describe(member)}`);
        }
        return this.#push(pythonName(module, member, this.#fail));
      }
      case 'R': // REDUCE
      case '\x81': {
        // NEWOBJ
        const [callable, args] = this.#popMany(2);
        return this.#call(callable, args);
      }
      case '\x92': {
        // NEWOBJ_EX; no class of the allow-list needs named arguments
        const [callable, args] = this.#popMany(3);
        return this.#call(callable, args);
      }
      case 'b': {
        // BUILD: attributes, such as the version numbers of a state dict. Only a training program's settings are needed.
        const attributes = this.#pop();
        const target = this.#top();
        if (target instanceof Opaque && target.className === 'argparse.Namespace' && attributes instanceof Dict) {
          target.settings = attributes;
        }
        const usable = target instanceof Opaque || target instanceof Dict || target instanceof TensorRecord;
        return usable ? undefined : this.#fail('an object that can have attributes', describe(target));
      }
      case 'Q':
        return this.#storage(storageOf(this.#pop(), this.#fail));
      case '\x95': // FRAME: a hint about reading ahead
        this.#u64();
        return;
      default:
        return this.#fail('an opcode that torch.save uses', `0x${opcode.toString(16).padStart(2, '0')}`);
    }
  }

  readonly #fail: Fail = (expected, found, advice = damaged) => {
    throw new WeightsError({ file: `${this.#file}, byte ${this.#at}`, expected, found, advice });
  };

  /** Counts created objects, because a few bytes of a pickle can create any number of them. */
  readonly #spend = (count: number): void => {
    this.#made += count;
    if (this.#made > limits.pickleValues) this.#fail(`at most ${limits.pickleValues} values`, 'more');
  };

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new PickleCutOff();
    this.#at += length;
    return at;
  }

  #take(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.subarray(at, at + length);
  }

  #u8(): number {
    return this.#bytes[this.#skip(1)];
  }

  #u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** Reads a length. One that is too large for a pickle is refused before any more bytes are read. */
  #u64(): number {
    const at = this.#skip(8);
    const length = this.#view.getUint32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
    if (length > limits.pickleBytes) this.#fail(`a length of at most ${limits.pickleBytes} bytes`, `${length}`);
    return length;
  }

  #text(length: number): string {
    if (length > limits.pickleBytes) this.#fail(`text of at most ${limits.pickleBytes} bytes`, `${length}`);
    return utf8(this.#take(length)) ?? this.#fail('text in UTF-8', 'other bytes');
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new PickleCutOff();
    const text = this.#text(end - this.#at);
    this.#at++;
    return text;
  }

  /** Reads a little-endian integer in two's complement. Gives a bigint only if a number would not be exact. */
  #integer(length: number): number | bigint {
    if (length > limits.integerBytes) this.#fail(`integers of at most ${limits.integerBytes} bytes`, `${length} bytes`);
    const bytes = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #push(value: PickleValue): void {
    this.#spend(1);
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #top(): PickleValue {
    if (this.#stack.length === 0) this.#fail('a value on the stack', 'none');
    return this.#stack[this.#stack.length - 1];
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length < count) this.#fail(`${count} values on the stack`, `${this.#stack.length}`);
    return this.#stack.splice(-count);
  }

  #popMark(): PickleValue[] {
    const items = this.#stack;
    this.#stack = this.#outerStacks.pop() ?? this.#fail('a mark on the stack', 'none');
    return items;
  }

  #append(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (target instanceof List) for (const item of items) target.items.push(item);
    else if (!(target instanceof Opaque)) this.#fail('a list to append to', describe(target));
  }

  #setItems(items: readonly PickleValue[]): void {
    const target = this.#top();
    if (items.length % 2 !== 0) this.#fail('keys and values in pairs', `${items.length} of them`);
    if (target instanceof Opaque) return;
    if (!(target instanceof Dict)) return this.#fail('a dictionary to fill', describe(target));
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (target.entries.has(key)) {
        this.#fail(
          'unique keys in a dictionary',
          `${typeof key === 'string' ? JSON.stringify(key) : describe(key)} twice`,
        );
      }
      target.entries.set(key, items[i + 1]);
    }
  }

  /** Checks that tensors which share a storage agree on its size. */
  #storage(storage: Storage): void {
    const { key, elements, width } = storage;
    const before = this.#storages.get(key) ?? storage;
    if (before.elements * before.width !== elements * width) {
      const [was, is] = [before, storage].map((s) => `${s.elements} elements of ${s.className}`);
      this.#fail(`storage ${JSON.stringify(key)} to be ${was}, as before`, is);
    }
    this.#storages.set(key, before);
    this.#push(storage);
  }

  #remember(index: number): void {
    this.#spend(1);
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): void {
    const value = this.#memo.get(index);
    this.#push(value === undefined ? this.#fail(`memo ${index} to be set`, 'no such memo') : value);
  }

  #call(callable: PickleValue, args: PickleValue): void {
    if (!(callable instanceof PythonName)) this.#fail('a class or function to call', describe(callable));
    else if (!(args instanceof Tuple)) this.#fail(`a tuple of arguments for ${callable.name}`, describe(args));
    else this.#push(callPython(callable.name, args.items, { fail: this.#fail, spend: this.#spend }));
  }
}
