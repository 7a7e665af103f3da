/** Malicious files, each with one false field. Every one gets an error that names what is wrong. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../weights/byteSource.ts';
import { convertTorch } from '../../weights/convert/convertTorch.ts';
import { limits } from '../../weights/convert/limits.ts';
import { WeightsError } from '../../weights/errors.ts';
import { writeSafetensors } from '../../weights/safetensorsWriter.ts';
import type { TensorToWrite } from '../../weights/tensorToWrite.ts';
import {
  type Entry,
  type Geometry,
  type ZipOptions,
  call,
  dict,
  global,
  int,
  joinParts,
  list,
  little,
  none,
  ordered,
  pickle,
  sparseZip,
  storage,
  tensor,
  text,
  torchEntries,
  tuple,
  zip,
} from './convertParts.ts';
import { joined } from './files.ts';

const eight = new Uint8Array(8);
const honest = torchEntries(pickle(dict(['w', tensor(storage('0', 2))])), { 0: eight });

async function convertAll(bytes: Uint8Array): Promise<Uint8Array> {
  return joined(writeSafetensors((await convertTorch(bytesSource(bytes, 'test.pth'))).tensors));
}

async function expectRefusal(bytes: Uint8Array, says: RegExp): Promise<void> {
  const error: unknown = await convertAll(bytes).then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WeightsError);
  expect((error as Error).message).toMatch(says);
}

/** `honest` with one of its entries (0: data.pkl, 1: storage, 2: version) told otherwise. */
const lying = (index: number, lie: Partial<Entry>): Entry[] =>
  honest.map((entry, i) => (i === index ? { ...entry, ...lie } : entry));

it('the honest file that the others differ from is read', async () =>
  expect((await convertAll(zip(honest))).length).toBeGreaterThan(8));

describe('archives', () => {
  it.each<[what: string, entries: Entry[], options: ZipOptions, says: RegExp]>([
    ['an entry twice', [...honest, honest[1]], {}, /a\/data\/0: expected unique entries, found a second one/],
    ['two data.pkl', [...honest, { ...honest[0], name: 'b/data.pkl' }], {}, /one data\.pkl, found 2/],
    ['no data.pkl', [honest[2]], {}, /found other entries: a\/version[^]*unpack it first/],
    ['an entry over another', lying(2, { lies: { header: 20 } }), {}, /a\/data\.pkl.*run into a\/version/],
    [
      'data that run into the next',
      lying(1, { lies: { size: 60, packed: 60 } }),
      {},
      /a\/data\/0.*run into a\/version/,
    ],
    ['data that run into the directory', lying(2, { lies: { size: 9, packed: 9 } }), {}, /run into the directory/],
    ['another header in between', lying(1, { lies: { header: 0 } }), {}, /run into/],
    ['data beyond the file', lying(1, { lies: { size: 2 ** 31, packed: 2 ** 31 } }), {}, /a\/data\/0/],
    ['an entry beyond the file', lying(1, { lies: { header: 2 ** 40 } }), { zip64: true }, /a\/data\/0.*directory/],
    ['another name before the data', lying(1, { localName: 'a/data/1' }), {}, /a\/data\/0: expected the same name/],
    ['compressed data', lying(1, { lies: { method: 8, size: 2 ** 40 } }), { zip64: true }, /compression method 8/],
    ['a compressed pickle', lying(0, { lies: { method: 93 } }), {}, /a\/data\.pkl: .*compression method 93/],
    ['two sizes', lying(1, { lies: { packed: 4 } }), {}, /4 bytes for 8/],
    ['encryption', lying(1, { lies: { flags: 1 } }), {}, /encrypted/],
    ['a damaged pickle', lying(0, { crc: 5 }), {}, /a\/data\.pkl: expected bytes with the CRC-32 5/],
    ['a damaged storage', lying(1, { crc: 5 }), {}, /a\/data\/0: expected bytes with the CRC-32 5/],
    ['a storage too short', lying(1, { data: new Uint8Array(4) }), {}, /"w": expected 8 bytes .*, found 4/],
    ['a storage too long', lying(1, { data: new Uint8Array(9) }), {}, /"w": expected 8 bytes .*, found 9/],
    ['no storage', [honest[0]], {}, /"w": expected its data, found no entry "a\/data\/0"/],
    ['an unknown byte order', [...honest, { name: 'a/byteorder', data: joinParts('pdp') }], {}, /found "pdp"/],
    ['a long byte order', [...honest, { name: 'a/byteorder', data: eight.with(0, 1) }], {}, /found "\\u0001/],
    ['too large a byte order', [...honest, { name: 'a/byteorder', data: new Uint8Array(17) }], {}, /at most 16/],
    ['names that are no text', [...honest, { name: '\xff\xfe', data: eight }], {}, /names in UTF-8/],
    ['more entries than there are', honest, { end: { count: 4 } }, /an entry at byte/],
    ['fewer entries than there are', honest, { end: { count: 2 } }, /found 2 entries in/],
    ['countless entries', honest, { zip64: true, end: { count: 2 ** 52 } }, /at most 100000 entries/],
    ['a directory elsewhere', honest, { end: { offset: 1 } }, /a directory that ends at byte/],
    ['a part of an archive', honest, { end: { disk: 2 } }, /found part 3 of several/],
  ])('%s', (_, entries, options, says) => expectRefusal(zip(entries, options), says));

  it('a directory too large', async () => {
    const longName = 'x'.repeat(60_000);
    const entries = Array.from({ length: 600 }, (_, i) => ({ name: `${longName}${i}`, data: new Uint8Array() }));
    await expectRefusal(zip(entries), /a directory of at most/);
  });

  it('cut off anywhere', async () => {
    const whole = zip(honest);
    for (let length = 0; length < whole.length; length += 7) await expectRefusal(whole.subarray(0, length), /expected/);
  });

  it('a directory entry cut off', async () => {
    const whole = zip([{ name: 'a/data.pkl', data: eight }]);
    const directory = whole.length - 22 - 56;
    // The name is told to be longer than the directory.
    await expectRefusal(whole.with(directory + 28, 200), /runs over its end/);
  });
});

describe('pickles', () => {
  const file = (...parts: (string | Uint8Array)[]): Uint8Array => zip(torchEntries(pickle(...parts), { 0: eight }));
  const weight = tensor(storage('0', 2));

  it.each<[what: string, root: (string | Uint8Array)[], says: RegExp]>([
    ['a function of the system', [call(global('os', 'system'), text('touch x'))], /the Python object "os\.system"/],
    ['eval', [call(global('__builtin__', 'eval'), text('1'))], /"builtins\.eval"/],
    ['getattr', [call(global('builtins', 'getattr'), ordered, text('x'))], /"builtins\.getattr"/],
    ['a name from the stack', [text('posix'), text('system'), '\x93'], /"posix\.system"/],
    ['a name of Object', [global('constructor', 'constructor')], /"constructor\.constructor"/],
    ['a name inside a module', [global('torch._utils', '_rebuild_tensor_v2.__globals__')], /__globals__/],
    ['torch’s own loader', [global('torch.storage', '_load_from_bytes')], /torch\.storage\._load_from_bytes/],
    ['a name that is no text', [int(1), text('x'), '\x93'], /the name of a Python object/],
    ['a call of no function', [int(1), tuple(), 'R'], /a class or function to call, found number/],
    ['arguments that are no tuple', [global('collections', 'OrderedDict'), list(), 'R'], /a tuple of arguments/],
    ['an extension', ['\x82\x01'], /opcode.*0x82/],
    ['a persistent id in text', ['Pabc\n'], /0x50/],
    ['an instance of protocol 0', ['(i__main__\nX\n'], /0x69/],
    ['a buffer out of band', ['\x97'], /0x97/],
    ['an empty stack', ['0'], /a mark on the stack/],
    ['nothing at all', [], /a value on the stack/],
    ['too few values', [int(1), '\x87'], /3 values/],
    ['no mark', [int(1), 't'], /a mark on the stack/],
    ['an unset memo', ['h\x07'], /memo 7 to be set/],
    ['a key without a value', ['}(', text('a'), 'u'], /in pairs/],
    ['a key twice', [dict(['a', int(1)], ['a', int(2)])], /unique keys in a dictionary, found "a" twice/],
    ['items of a number', [int(1), text('a'), int(1), 's'], /a dictionary to fill, found number/],
    ['items appended to a number', [int(1), int(2), 'a'], /a list to append to/],
    ['items added to a number', [int(1), '(\x90'], /a set to add to/],
    ['attributes of a number', [int(1), '}b'], /an object that can have attributes/],
    ['an integer too long', ['\x8b', little(257, 4)], /at most 256 bytes/],
    ['a string too long', ['\x8d', little(2 ** 40, 8)], /a length of at most/],
    ['a string longer than the pickle', ['X', little(9999, 4)], /a whole pickle, found one that is cut off/],
    ['a name without an end', ['cos'], /cut off/],
    ['text that is no UTF-8', ['X', little(1, 4), '\xff'], /UTF-8/],
    ['marks without end', ['('.repeat(limits.pickleDepth + 1)], /nested at most 1000 deep/],
    ['values without end', ['N0'.repeat(limits.pickleValues + 1)], /at most 1000000 values/],
    ['memos without end', [int(1), '\x94'.repeat(limits.pickleValues)], /at most 1000000 values/],
    ['a dictionary of no pairs', [call(global('collections', 'OrderedDict'), list(int(1)))], /a list of pairs/],
    ['a dictionary of a number', [call(global('collections', 'OrderedDict'), int(1))], /a list of pairs/],
    [
      'one list copied over and over',
      [
        list(...Array.from({ length: 1000 }, () => tuple(none, none))),
        'q\x00',
        `${'h\x00\x85q\x01ccollections\nOrderedDict\nh\x01R'}`.repeat(2000),
      ],
      /at most 1000000 values/,
    ],
    ['a tensor of nothing', [call(global('torch._utils', '_rebuild_tensor_v2'))], /a tensor of storage/],
    ['a parameter of nothing', [call(global('torch._utils', '_rebuild_parameter'), none)], /a parameter of a tensor/],
    [
      'a wrapper of itself',
      [
        call(
          global('torch._tensor', '_rebuild_from_type_v2'),
          global('torch._tensor', '_rebuild_from_type'),
          none,
          tuple(),
        ),
      ],
      /a function that makes a tensor/,
    ],
    [
      'a type that is none',
      [call(global('torch._utils', '_rebuild_tensor_v3'), storage('0', 2), int(0))],
      /torch\.dtype/,
    ],
    ['another persistent id', [tuple(text('module'), none), 'Q'], /a persistent id of/],
    ['a storage of no class', [tuple(text('storage'), none, text('0'), none, int(2)), 'Q'], /a storage class/],
    [
      'a storage of another class',
      [tuple(text('storage'), global('torch', 'float32'), text('0'), none, int(2)), 'Q'],
      /a storage class, found torch\.float32/,
    ],
    [
      'a storage without a key',
      [tuple(text('storage'), global('torch', 'FloatStorage'), none, none, int(2)), 'Q'],
      /a storage key/,
    ],
    ['a storage of a negative size', [storage('0', -1)], /a number of elements for storage "0", found -1/],
    [
      'a storage of a number that is no count',
      [
        tuple(
          text('storage'),
          global('torch', 'FloatStorage'),
          text('0'),
          none,
          joinParts('\x8a\x09', little(0, 8), '\x01'),
        ),
        'Q',
      ],
      /found 18446744073709551616/,
    ],
    ['a storage of two sizes', [storage('0', 2), storage('0', 4)], /storage "0" to be 2 elements.*as before, found 4/],
    [
      'a storage outside the folder',
      [dict(['w', tensor(storage('../version', 2))])],
      /no entry "a\/data\/\.\.\/version"/,
    ],
    ['no dictionary', [weight], /a dictionary with tensors, found tensor/],
    ['an unnamed tensor', [dict(['module.', weight])], /a reserved name/],
    ['a reserved name', [dict(['__metadata__', weight])], /a reserved name/],
    ['a name too long', [dict(['w'.repeat(1001), weight])], /at most 1000 characters, found 1001/],
    ['a name twice', [dict(['w', weight], ['module.w', weight])], /"w": expected a unique name/],
    ['a dotted name twice', [dict(['a.w', weight], ['a', dict(['w', weight])])], /"a\.w": expected a unique name/],
  ])('%s', (_, root, says) => expectRefusal(file(...root), says));

  it('a protocol of the future, or none', async () => {
    await expectRefusal(zip(torchEntries(joinParts('\x80\x06N.'))), /protocol 6/);
    await expectRefusal(zip(torchEntries(joinParts('N.'))), /a pickle of protocol 2 to 5/);
  });

  it('too large a pickle', async () => {
    const source = sparseZip([{ name: 'a/data.pkl', data: limits.pickleBytes + 1 }]);
    await expect(convertTorch(source)).rejects.toThrow(/data\.pkl: expected at most 67108864 bytes/);
  });

  it('a dictionary that holds itself', async () => {
    await expectRefusal(file('}q\x00', text('model'), 'h\x00s', text('w'), weight, 's'), /nested at most 32 deep/);
    await expectRefusal(file('}q\x00', text('a'), 'h\x00s', text('w'), weight, 's'), /nested at most 32 deep/);
  });

  it('dictionaries that hold the next one many times', async () => {
    // 20 levels of 10 entries: 10^20 ways to the innermost.
    let levels = joinParts('}q\x00', text('w'), int(1), 's');
    for (let i = 0; i < 20; i++) {
      const items = Array.from({ length: 10 }, (_, k) => joinParts(text(`${k}`), `h${String.fromCharCode(i)}`));
      levels = joinParts(levels, `0}q${String.fromCharCode(i + 1)}(`, ...items, 'u');
    }
    await expectRefusal(file(levels), /at most 200000 dictionary entries/);
  });

  it('too many tensors', async () => {
    const items = Array.from({ length: limits.tensors + 1 }, (_, i) => joinParts(text(`${i}`), 'h\x00'));
    await expectRefusal(file(weight, 'q\x000}(', Buffer.concat(items), 'u'), /at most 20000 tensors/);
  });
});

describe('tensors', () => {
  const entries = (geometry: Geometry, elements = 2, cls = 'FloatStorage'): Entry[] =>
    torchEntries(pickle(dict(['w', tensor(storage('0', elements, cls), geometry)])), { 0: eight });
  const file = (geometry: Geometry): Uint8Array => zip(entries(geometry));

  it.each<[what: string, geometry: Geometry, says: RegExp]>([
    ['an offset beyond the storage', { offset: 1 }, /"w": expected 12 bytes, for offset 1, size \(2\), .* found 8/],
    ['a negative offset', { offset: -1 }, /a storage offset that is a non-negative integer, found -1/],
    ['a large offset', { offset: 2 ** 53 - 1 }, /"w"/],
    ['a size beyond the storage', { shape: [3] }, /"w": expected 12 bytes.*found 8/],
    ['a negative size', { shape: [-2] }, /a size of non-negative integers, found -2/],
    ['a stride beyond the storage', { strides: [2] }, /"w": expected 12 bytes.*found 8/],
    ['a negative stride', { offset: 1, strides: [-1] }, /strides of non-negative integers, found -1/],
    ['a large stride', { strides: [2 ** 52] }, /strides \(4503599627370496\)/],
    ['fewer strides than axes', { shape: [1, 2] }, /expected 2 strides, found 1/],
    ['too many axes', { shape: Array<number>(33).fill(1), strides: Array<number>(33).fill(1) }, /at most 32 axes/],
    ['a size beyond numbers', { shape: [2 ** 30, 2 ** 30], strides: [0, 0] }, /below 2\^53 bytes/],
    ['an empty size beyond numbers', { shape: [2 ** 53 - 1, 0], strides: [0, 0] }, /below 2\^53 bytes/],
    ['one element many times', { shape: [2 ** 40], strides: [0] }, /tensors of at most .*found 4398046511104/],
  ])('%s', (_, geometry, says) => expectRefusal(file(geometry), says));

  it('sizes that are none', async () => {
    const args = [storage('0', 2), int(0), int(2), tuple(int(1)), none, ordered];
    const root = pickle(dict(['w', call(global('torch._utils', '_rebuild_tensor_v2'), ...args)]));
    await expectRefusal(zip(torchEntries(root, { 0: eight })), /"w": expected a size of .*, found number/);
  });

  it('one storage as many tensors', async () => {
    const views = Array.from({ length: 2000 }, (_, i): [string, Uint8Array] => [
      `w${i}`,
      tensor(storage('0', 2 ** 14), { shape: [2 ** 14] }),
    ]);
    await expectRefusal(
      zip(torchEntries(pickle(dict(...views)), { 0: new Uint8Array(2 ** 16) })),
      /repeat the data of the file/,
    );
  });

  it('elements too far from each other to hold what is between them', async () => {
    const elements = limits.stridedBytes / 4 + 2;
    const root = pickle(dict(['w', tensor(storage('0', elements), { strides: [elements - 1] })]));
    const converting = convertTorch(sparseZip(torchEntries(root, { 0: elements * 4 })));
    await expect(converting).rejects.toThrow(/spans at most 134217728 bytes[^]*w\.contiguous\(\)/);
  });
});

describe('the format before 1.6', () => {
  const golden = new Uint8Array(readFileSync(new URL('../golden/torch/legacy.pth', import.meta.url)));
  const magic = golden.subarray(0, 15);
  const keys = (...names: string[]): Uint8Array => pickle(list(...names.map(text)));
  const old = (key: string, elements: number, view: Uint8Array = none): Uint8Array =>
    joinParts(
      tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(elements), view),
      'Q',
    );
  const head = (root: Uint8Array): Uint8Array => joinParts(magic, pickle(int(1001)), pickle(dict()), pickle(root));
  const weight = dict(['w', tensor(old('7', 2))]);
  const data = joinParts(little(2, 8), eight);

  it('is read as it should be', async () => {
    expect((await convertAll(joinParts(head(weight), keys('7'), data))).length).toBeGreaterThan(8);
  });

  it('has views, which start inside their storage', async () => {
    const view = dict(['w', tensor(old('7', 2, tuple(text('8'), int(1), int(1))), { shape: [1] })]);
    const bytes = joinParts(head(view), keys('7'), little(2, 8), little(5, 4), little(6, 4));
    expect((await convertAll(bytes)).slice(-4)).toEqual(little(6, 4));
  });

  it.each<[what: string, bytes: Uint8Array, says: RegExp]>([
    ['another version', joinParts(magic, pickle(int(1000))), /version 1001 .*, found 1000/],
    ['no list of keys', joinParts(head(weight), pickle(int(7)), data), /a list of storage keys, found number/],
    ['an unknown key', joinParts(head(weight), keys('7', '8'), data), /found storage "8"/],
    ['a key twice', joinParts(head(weight), keys('7', '7'), data, data), /unique storages, found storage "7" twice/],
    ['no data for a tensor', joinParts(head(weight), keys()), /"w": expected its data, found none for storage "7"/],
    ['another number of elements', joinParts(head(weight), keys('7'), little(3, 8), eight), /2 elements, found 3/],
    ['data cut off', joinParts(head(weight), keys('7'), little(2, 8)), /storage 7: expected 8 bytes, found 0/],
    ['data that go on', joinParts(head(weight), keys('7'), data, 'x'), /found 1 more/],
    ['pickles without end', head(weight), /no end of them/],
    [
      'a view beyond its storage',
      joinParts(head(dict(['w', tensor(old('7', 2, tuple(text('8'), int(1), int(1))))])), keys('7'), data),
      /"w": expected 12 bytes.*found 8/,
    ],
    [
      'a view of nothing',
      joinParts(head(dict(['w', tensor(old('7', 2, tuple()))])), keys('7'), data),
      /a view of storage "7"/,
    ],
  ])('%s', (_, bytes, says) => expectRefusal(bytes, says));
});

describe('other formats', () => {
  const tar = joinParts(new Uint8Array(257), 'ustar', new Uint8Array(300));
  const tensors: TensorToWrite[] = [{ name: 'w', dtype: 'U8', shape: [2], data: Uint8Array.of(1, 2) }];
  it.each<[what: string, bytes: () => Promise<Uint8Array>, says: RegExp]>([
    ['nothing', async () => new Uint8Array(), /an empty file/],
    ['a tar archive', async () => tar, /tar format of 2016[^]*torch\.save\(state_dict/],
    ['safetensors', () => joined(writeSafetensors(tensors)), /a safetensors file\.[^]*no conversion/],
    ['gzip', async () => joinParts('\x1f\x8b\x08\x00'), /gzip[^]*Unpack/],
    ['a web page', async () => joinParts('<!DOCTYPE html>'), /a web page/],
    ['a plain pickle', async () => pickle(dict()), /a pickle that torch\.save did not write/],
    ['anything else', async () => joinParts('hello, world'), /another format/],
  ])('%s', async (_, bytes, says) => expectRefusal(await bytes(), says));
});

it('a file that shrinks while it is read', async () => {
  const bytes = zip(honest);
  let shrunk = false;
  const whole = bytesSource(bytes, 'test.pth');
  const source = { ...whole, read: (at: number, n: number) => whole.read(at, shrunk ? n - 1 : n) };
  const { tensors } = await convertTorch(source);
  shrunk = true;
  await expect(joined(writeSafetensors(tensors))).rejects.toThrow(/test\.pth: expected 8 bytes at \d+, found 7/);
});
