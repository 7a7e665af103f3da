import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '../../weights/byteSource.ts';
import { SafetensorsFile } from '../../weights/safetensors.ts';
import { writeSafetensors } from '../../weights/safetensorsWriter.ts';
import { joined, openBytes, rawFile } from './files.ts';

const golden = readFileSync(new URL('../golden/weights.safetensors', import.meta.url));

/** Header of one tensor "a". */
function one(dtype: string, shape: unknown, offsets: unknown): string {
  return JSON.stringify({ a: { dtype, shape, data_offsets: offsets } });
}

describe('reading', () => {
  it('decodes every dtype', async () => {
    const data = new Uint8Array(64);
    const view = new DataView(data.buffer);
    const fields: Record<string, unknown> = {};
    const put = (name: string, dtype: string, begin: number, end: number) => {
      fields[name] = { dtype, shape: [2], data_offsets: [begin, end] };
    };
    // Odd positions on purpose: BOOL first, so that nothing after it is aligned.
    put('bool', 'BOOL', 0, 2);
    data.set([1, 0], 0);
    put('u8', 'U8', 2, 4);
    data.set([255, 7], 2);
    put('i8', 'I8', 4, 6);
    data.set([255, 7], 4);
    put('f16', 'F16', 6, 10);
    view.setUint16(6, 0x3c00, true);
    view.setUint16(8, 0xc000, true);
    put('bf16', 'BF16', 10, 14);
    view.setUint16(10, 0x3f80, true);
    view.setUint16(12, 0xc000, true);
    put('i16', 'I16', 14, 18);
    view.setInt16(14, -300, true);
    view.setInt16(16, 300, true);
    put('f32', 'F32', 18, 26);
    view.setFloat32(18, 1.5, true);
    view.setFloat32(22, -0.1, true);
    put('i32', 'I32', 26, 34);
    view.setInt32(26, -70000, true);
    view.setInt32(30, 70000, true);
    put('f64', 'F64', 34, 50);
    view.setFloat64(34, 1 / 3, true);
    view.setFloat64(42, -2, true);
    put('i64', 'I64', 50, 64 + 2);
    const bytes = rawFile(JSON.stringify(fields), 66);
    bytes.set(data, bytes.length - 66);
    new DataView(bytes.buffer).setBigInt64(bytes.length - 16, -(2n ** 40n), true);
    new DataView(bytes.buffer).setBigInt64(bytes.length - 8, 5n, true);

    const file = await openBytes(bytes);
    const values = async (name: string) => (await file.readTensor(name)).values;
    expect(await values('bool')).toEqual(Uint8Array.of(1, 0));
    expect(await values('u8')).toEqual(Uint8Array.of(255, 7));
    expect(await values('i8')).toEqual(Int8Array.of(-1, 7));
    expect(await values('f16')).toEqual(Float32Array.of(1, -2));
    expect(await values('bf16')).toEqual(Float32Array.of(1, -2));
    expect(await values('i16')).toEqual(Int16Array.of(-300, 300));
    expect(await values('f32')).toEqual(Float32Array.of(1.5, -0.1));
    expect(await values('i32')).toEqual(Int32Array.of(-70000, 70000));
    expect(await values('f64')).toEqual(Float32Array.of(1 / 3, -2));
    expect(await values('i64')).toEqual(BigInt64Array.of(-(2n ** 40n), 5n));
  });

  it('gives shapes and metadata, scalars and empty tensors included', async () => {
    const header = {
      __metadata__: { source: 'ours', ['__proto__']: 'plain' },
      scalar: { dtype: 'U8', shape: [], data_offsets: [0, 1] },
      empty: { dtype: 'F32', shape: [3, 0], data_offsets: [1, 1] },
    };
    const file = await openBytes(rawFile(JSON.stringify(header) + '   ', 1));
    expect([...file.metadata]).toEqual([
      ['source', 'ours'],
      ['__proto__', 'plain'],
    ]);
    expect(await file.readTensor('scalar')).toEqual({
      name: 'scalar',
      dtype: 'U8',
      shape: [],
      values: Uint8Array.of(0),
    });
    expect((await file.readTensor('empty')).values).toEqual(new Float32Array(0));
  });

  it('reads a tensor in pieces that join to the whole', async () => {
    const file = await openBytes(rawFile(one('I16', [5], [0, 10]), 10));
    const pieces = [];
    for await (const piece of file.pieces('a', 5)) pieces.push(piece);
    expect(pieces.map(({ start, values }) => [start, values.length])).toEqual([
      [0, 2],
      [2, 2],
      [4, 1],
    ]);
    expect(pieces.flatMap(({ values }) => [...values])).toEqual([...(await file.readTensor('a')).values]);
    for await (const { values } of file.pieces('a', 1)) expect(values.length).toBe(1);
  });

  it('never reads more than it needs', async () => {
    const reads: number[] = [];
    const source: ByteSource = {
      size: golden.length,
      name: 'golden',
      read: async (offset, length) => {
        reads.push(length);
        return new Uint8Array(golden.subarray(offset, offset + length));
      },
    };
    const file = await SafetensorsFile.open(source);
    await file.readTensor('mcc/cls_token');
    expect(reads).toEqual([8, Number(golden.readBigUInt64LE(0)), 48 * 4]);
  });

  it('names an unknown tensor and a source that shrank', async () => {
    const bytes = rawFile(one('I16', [5], [0, 10]), 10);
    const file = await openBytes(bytes, 'x.safetensors');
    await expect(file.readTensor('b')).rejects.toThrow('x.safetensors: "b": expected a tensor of this name');
    const shrinking: ByteSource = {
      size: bytes.length,
      name: 'y.safetensors',
      read: async (offset, length) => bytes.subarray(offset, Math.min(offset + length, bytes.length - 1)),
    };
    const short = await SafetensorsFile.open(shrinking);
    await expect(short.readTensor('a')).rejects.toThrow(`expected 10 bytes at ${bytes.length - 10}, found 9`);
  });
});

describe('files that lie', () => {
  const header = (text: string, dataBytes = 0) => rawFile(text, dataBytes);
  const two = (a: number[], b: number[]) =>
    JSON.stringify({
      a: { dtype: 'U8', shape: [a[1] - a[0]], data_offsets: a },
      b: { dtype: 'U8', shape: [b[1] - b[0]], data_offsets: b },
    });
  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';
  const cases: [what: string, bytes: Uint8Array, message: string | RegExp][] = [
    ['empty file', new Uint8Array(0), 'expected at least 8 bytes, found 0'],
    ['only half a length', new Uint8Array(4), 'expected at least 8 bytes, found 4'],
    ['header cut off', rawFile(one('U8', [1], [0, 1])).subarray(0, 20), 'expected a header of at most 12 bytes'],
    [
      'header of 2^63 bytes',
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 1),
      'found a header length of 9223372036854776000',
    ],
    ['no JSON at all', header('PK\x03\x04'), 'expected a header that starts with "{"'],
    ['empty header', header(''), 'expected a header that starts with "{", found ""'],
    ['byte order mark', header('\ufeff{}'), 'expected a header that starts with "{"'],
    ['broken JSON', header('{"a": '), 'expected a header in JSON'],
    ['not UTF-8', header(Uint8Array.of(0x7b, 0xff, 0x7d) as never), 'expected a header in UTF-8'],
    ['entry is no object', header('{"a": 3}'), '"a": expected an object, found 3'],
    ['entry is a list', header('{"a": []}'), '"a": expected an object, found []'],
    ['metadata is no object', header('{"__metadata__": "x"}'), '"__metadata__": expected an object'],
    ['metadata holds a number', header('{"__metadata__": {"n": 3}}'), 'expected a string for "n", found 3'],
    ['same name twice', header(`{"a":${entry},"a":${entry}}`, 1), '"a": expected a unique name'],
    ['same name twice, one escaped', header(`{"a":${entry},"\\u0061" :${entry}}`, 1), '"a": expected a unique name'],
    [
      'same field twice',
      header('{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}', 1),
      '"shape": expected a unique name',
    ],
    ['unknown dtype', header(one('F8_E4M3', [1], [0, 1]), 1), '"a": expected a dtype of F64'],
    ['dtype of the prototype', header(one('toString', [1], [0, 1]), 1), '"a": expected a dtype of F64'],
    ['missing dtype', header('{"a":{"shape":[1],"data_offsets":[0,1]}}', 1), '"a": expected a dtype'],
    [
      'negative dimension',
      header(one('U8', [-1, -1], [0, 1]), 1),
      'expected a shape of non-negative integers, found [-1, -1]',
    ],
    ['fractional dimension', header(one('U8', [0.5], [0, 1]), 1), 'expected a shape of non-negative integers'],
    [
      'dimension above 2^53',
      header('{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}', 1),
      'expected a shape',
    ],
    ['shape is no list', header(one('U8', 1, [0, 1]), 1), 'expected a shape'],
    ['shape that overflows', header(one('F64', [2 ** 40, 2 ** 40], [0, 1]), 1), 'expected a tensor below 2^53 bytes'],
    ['negative offset', header(one('U8', [1], [-1, 0]), 1), 'expected data_offsets of two non-negative integers'],
    ['three offsets', header(one('U8', [1], [0, 1, 2]), 1), 'expected data_offsets of two'],
    ['missing offsets', header('{"a":{"dtype":"U8","shape":[1]}}', 1), 'expected data_offsets of two'],
    ['falling offsets', header(one('U8', [1], [1, 0]), 1), 'expected data_offsets in rising order, found [1, 0]'],
    [
      'wrong dtype size',
      header(one('F32', [3], [0, 6]), 6),
      '"a": expected 12 bytes for F32 [3], found data_offsets of 6 bytes',
    ],
    ['data cut off', header(one('F32', [3], [0, 12]), 11), '"a": expected data up to byte 12, found 11 bytes of data'],
    ['out of range', header(one('U8', [1], [2 ** 50, 2 ** 50 + 1]), 1), `expected data up to byte ${2 ** 50 + 1}`],
    [
      'overlap',
      header(two([0, 4], [3, 6]), 6),
      '"b": expected data after that of "a", from byte 4, found an overlap from byte 3',
    ],
    ['same place twice', header(two([0, 4], [0, 4]), 4), '"b": expected data after that of "a"'],
    [
      'gap',
      header(two([0, 2], [3, 6]), 6),
      '"b": expected data right after that of "a", at byte 2, found a gap up to 3',
    ],
    ['gap at the start', header(one('U8', [1], [1, 2]), 2), 'expected data right after that of the header, at byte 0'],
    ['data that nobody owns', header(one('U8', [1], [0, 1]), 3), 'expected 1 bytes of data, found 2 more after "a"'],
  ];

  it.each(cases)('%s', async (_what, bytes, message) => {
    await expect(openBytes(bytes, 'bad.safetensors')).rejects.toThrow(message);
    await expect(openBytes(bytes, 'bad.safetensors')).rejects.toMatchObject({
      name: 'WeightsError',
      problem: { file: 'bad.safetensors', advice: expect.stringMatching(/\w/) },
    });
  });

  it('a header above 100 MB is refused before it is read', async () => {
    const huge: ByteSource = {
      size: 2 ** 40,
      name: 'huge',
      read: async (_offset, length) => {
        expect(length).toBe(8);
        return Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0); // 100,000,001
      },
    };
    await expect(SafetensorsFile.open(huge)).rejects.toThrow(
      'expected a header of at most 100000000 bytes, found a header length of 100000001',
    );
  });

  it('names with quotes, braces and colons inside are no traps', async () => {
    const name = 'a"}:{\\';
    const text = JSON.stringify({
      [name]: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      __metadata__: { a: '":"', dtype: '}' },
    });
    expect([...(await openBytes(rawFile(text, 1))).tensors.keys()]).toEqual([name]);
  });
});

describe('writing', () => {
  it('gives back a reference file byte for byte, whatever the order of its tensors', async () => {
    const file = await openBytes(new Uint8Array(golden));
    const tensors = await Promise.all([...file.tensors.keys()].reverse().map((name) => file.readTensor(name)));
    const metadata = Object.fromEntries(file.metadata);
    const written = await joined(
      writeSafetensors(
        tensors.map(({ values, ...rest }) => ({ ...rest, data: values })),
        metadata,
      ),
    );
    expect(Buffer.compare(written, golden)).toBe(0);
  });

  it('aligns every tensor and rounds floats to the stored dtype', async () => {
    const data = Float32Array.of(1, -0.1, 3.14159);
    const dtypes = ['F16', 'F64', 'BF16', 'F32'] as const;
    const flag = { name: '9', dtype: 'BOOL', shape: [1], data: Uint8Array.of(1) } as const;
    const tensors = dtypes.map((dtype, i) => ({ name: `${i}`, dtype, shape: [3], data }));
    const bytes = await joined(writeSafetensors([flag, ...tensors]));
    const file = await openBytes(bytes);
    expect([...file.tensors.keys()]).toEqual(['1', '3', '0', '2', '9']);
    expect(new DataView(bytes.buffer).getUint32(0, true) % 8).toBe(0);
    const stored = async (name: string) => (await file.readTensor(name)).values;
    expect(await stored('3')).toEqual(data);
    expect(await stored('1')).toEqual(data);
    expect(await stored('0')).toEqual(Float32Array.of(1, -0.0999755859375, 3.140625));
    expect(await stored('2')).toEqual(Float32Array.of(1, -0.10009765625, 3.140625));
    expect(await stored('9')).toEqual(Uint8Array.of(1));
  });

  it('asks for streamed data only when its turn comes', async () => {
    let asked = 0;
    const data = function* () {
      asked++;
      yield Uint8Array.of(1, 2);
      yield Uint8Array.of(3);
    };
    const chunks = writeSafetensors([{ name: 'a', dtype: 'U8', shape: [3], data }]);
    await chunks.next();
    expect(asked).toBe(0);
    expect((await chunks.next()).value).toEqual(Uint8Array.of(1, 2));
    expect((await chunks.next()).value).toEqual(Uint8Array.of(3));
    expect((await chunks.next()).done).toBe(true);
  });

  it('refuses names that come twice, and data that do not fill the shape', async () => {
    const tensor = (name: string, shape: number[], data: Uint8Array | Float32Array | (() => Uint8Array[])) =>
      ({ name, dtype: 'U8', shape, data }) as const;
    const write = (...tensors: ReturnType<typeof tensor>[]) => joined(writeSafetensors(tensors));
    const byte = Uint8Array.of(1);
    await expect(write(tensor('a', [1], byte), tensor('a', [1], byte))).rejects.toThrow('"a": expected a unique name');
    await expect(write(tensor('__metadata__', [1], byte))).rejects.toThrow('expected a unique name');
    await expect(write(tensor('a', [-1], byte))).rejects.toThrow('expected a known dtype and a shape');
    await expect(write(tensor('a', [2], byte))).rejects.toThrow('expected 2 bytes for U8 [2], found 1');
    await expect(write(tensor('a', [1], () => [byte, byte]))).rejects.toThrow(
      'expected 1 bytes for U8 [1], found at least 2',
    );
    await expect(write(tensor('a', [1], Float32Array.of(1)))).rejects.toThrow('found values in a Float32Array');
  });
});
