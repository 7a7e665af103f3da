import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import { networks } from '../../src/pipeline/registry.ts';
import { type ByteSource, bytesSource } from '../../weights/byteSource.ts';
import { type ConvertedTorch, convertTorch } from '../../weights/convert/convertTorch.ts';
import type { Dtype } from '../../weights/dtype.ts';
import type { NetworkDescription } from '../../weights/network.ts';
import { WeightsError } from '../../weights/errors.ts';
import { detectNaming } from '../../weights/names/index.ts';
import { SafetensorsFile } from '../../weights/safetensors.ts';
import { writeSafetensors } from '../../weights/safetensorsWriter.ts';
import type { TensorToWrite } from '../../weights/tensorToWrite.ts';
import {
  type Entry,
  type ZipOptions,
  call,
  dict,
  global,
  int,
  joinParts,
  list,
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
import { joined, writtenFile } from './files.ts';

const folder = new URL('../golden/torch/', import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.pth'))
  .map((name) => name.slice(0, -'.pth'.length));

async function convert(name: string): Promise<ConvertedTorch> {
  return convertTorch(bytesSource(bytesOf(name), name));
}

/** Name of a skipped entry, without its description. */
const bareName = (skipped: string): string => skipped.slice(0, skipped.indexOf(' ('));

describe('files that torch wrote', () => {
  it('are there', () => expect(names.length).toBeGreaterThan(9));

  it.each(names)('%s: every tensor has the bits that torch reads', async (name) => {
    const expected = await SafetensorsFile.open(bytesSource(bytesOf(`${name}.safetensors`), name));
    const described = JSON.parse(expected.metadata.get('tensors')!) as Record<string, [Dtype, number[]]>;
    const { tensors, metadata, skipped } = await convert(`${name}.pth`);

    const file = await joined(writeSafetensors(tensors, metadata));
    const written = await SafetensorsFile.open(bytesSource(file, name));
    expect([...written.tensors.keys()].sort()).toEqual(Object.keys(described).sort());
    for (const [tensor, { dtype, shape, begin, end }] of written.tensors) {
      expect([tensor, dtype, shape]).toEqual([tensor, ...described[tensor]]);
      const dataStart = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
      const { values } = await expected.readTensor(tensor);
      expect(file.subarray(dataStart + begin, dataStart + end), tensor).toEqual(values);
    }
    expect(skipped.map(bareName).sort()).toEqual((JSON.parse(expected.metadata.get('skipped')!) as string[]).sort());
    expect(Object.fromEntries(written.metadata)).toEqual({ format: 'pt', source: `${name}.pth` });
  });

  it.each<[file: string, says: RegExp]>([
    ['runs_code.pth', /runs_code\.pth: runs_code\/data\.pkl.*the Python object "posix\.system"/],
    ['runs_code_legacy.pth', /runs_code_legacy\.pth.*the Python object "posix\.system"/],
    ['whole_module.pth', /"torch\.nn\.modules\.linear\.Linear"[^]*torch\.save\(model\.state_dict\(\)/],
    ['script.pt', /a TorchScript program[^]*state_dict/],
    [
      'no_tensors.pth',
      /expected a dictionary with tensors, found dictionary of 2: epoch \(number\), loss \(list of 1\)/,
    ],
  ])('refused/%s', async (file, says) => {
    await expect(convert(`refused/${file}`)).rejects.toThrow(WeightsError);
    await expect(convert(`refused/${file}`)).rejects.toThrow(says);
  });

  it('say by the settings of their training which network they are, where names do not', async () => {
    const converted = async (name: string, list = networks as readonly NetworkDescription[]) =>
      (await convertTorch(bytesSource(bytesOf(name), name), list)).metadata;
    expect(await converted('scenes.pth')).toEqual({ format: 'pt', source: 'scenes.pth', network: 'mccScene' });
    expect(await converted('scenes.pth', [mccModule])).not.toHaveProperty('network');
    expect(await converted('checkpoint.pth')).not.toHaveProperty('network');
  });

  it('say by their names which network they are, and what was left out', async () => {
    const { tensors, skipped } = await convert('checkpoint.pth');
    const networkIn = (list: readonly TensorToWrite[]) =>
      detectNaming(
        networks,
        list.map(({ name }) => name),
      )?.network;
    expect(networkIn(tensors)).toBe(mccModule);
    expect(skipped).toContain('args (argparse.Namespace)');
    expect(skipped).toContain('optimizer (dictionary of 2)');
    expect(networkIn((await convert('dtypes.pth')).tensors)).toBeUndefined();
    expect((await convert('nested.pth')).skipped).toContain(
      'complex (tensor of torch.ComplexFloatStorage, which safetensors files cannot hold)',
    );
  });
});

const f32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

async function convertBytes(bytes: Uint8Array): Promise<ConvertedTorch> {
  return convertTorch(bytesSource(bytes, 'test.pth'));
}

/** Values by name of the file that `root` and `storages` make. */
async function valuesOf(entries: Entry[], options?: ZipOptions): Promise<Record<string, unknown>> {
  const { tensors } = await convertBytes(zip(entries, options));
  const file = await writtenFile(tensors, 'test');
  const values: Record<string, unknown> = {};
  for (const name of file.tensors.keys()) values[name] = (await file.readTensor(name)).values;
  return values;
}

describe('forms that other versions of torch write', () => {
  const one = torchEntries(pickle(dict(['w', tensor(storage('0', 3), { offset: 1 })])), { 0: f32(1, 2, 3) });
  const two = { w: Float32Array.of(2, 3) };

  it('zip64 records, whatever the size', async () => expect(await valuesOf(one, { zip64: true })).toEqual(two));

  it('a comment at the end of the archive', async () =>
    expect(await valuesOf(one, { comment: 'PK\x05\x06 and more' })).toEqual(two));

  it('big-endian storages', async () => {
    const swapped = f32(1, 2, 3).reverse();
    const root = pickle(dict(['w', tensor(storage('0', 3), { shape: [3] })]));
    const entries = [...torchEntries(root, { 0: swapped }), { name: 'a/byteorder', data: joinParts('big') }];
    expect(await valuesOf(entries)).toEqual({ w: Float32Array.of(3, 2, 1) });
  });

  it('untyped storages, whose tensors name their type', async () => {
    const untyped = storage('0', 12, 'UntypedStorage', 'torch.storage');
    const view = (dtype: string, ...shape: number[]): Uint8Array =>
      call(
        global('torch._utils', '_rebuild_tensor_v3'),
        ...[untyped, int(1), tuple(...shape.map(int)), tuple(int(1)), none, ordered, global('torch', dtype)],
      );
    const root = pickle(dict(['a', view('float32', 2)], ['b', view('int8', 3)], ['c', view('float8_e5m2', 3)]));
    const entries = torchEntries(root, { 0: f32(1, 2, 3) });
    expect(await valuesOf(entries)).toEqual({ a: Float32Array.of(2, 3), b: Int8Array.of(0, -128, 63) });
    expect((await convertBytes(zip(entries))).skipped).toHaveLength(1);
  });

  it('dictionaries of Python 2, tensors of torch 0.3, parameters with attributes, sizes as torch.Size', async () => {
    const size = call(global('torch', 'Size'), tuple(int(2)));
    const old = call(global('torch._utils', '_rebuild_tensor'), storage('0', 3), int(0), size, tuple(int(1)));
    const parameter = call(
      global('torch._utils', '_rebuild_parameter_with_state'),
      ...[old, joinParts('\x88'), ordered, dict(['note', text('x')])],
    );
    const subclass = call(
      global('torch._tensor', '_rebuild_from_type_v2'),
      ...[global('torch._utils', '_rebuild_tensor'), global('torch', 'Tensor')],
      ...[tuple(storage('0', 3), int(1), tuple(int(2)), tuple(int(1))), dict()],
    );
    const pairs = list(tuple(joinParts('U\x01a'), parameter), list(text('b'), subclass));
    const root = pickle(call(global('collections', 'OrderedDict'), pairs));
    expect(await valuesOf(torchEntries(root, { 0: f32(1, 2, 3) }))).toEqual({
      a: Float32Array.of(1, 2),
      b: Float32Array.of(2, 3),
    });
  });
});

describe('nesting', () => {
  it('follows model and state_dict, and takes module. and model. off names', async () => {
    const weights = dict(['module.model.w', tensor(storage('0', 2))]);
    const root = pickle(
      dict(['epoch', int(3)], ['model', dict(['state_dict', weights], ['ema', dict(['w', int(1)])])]),
    );
    const { tensors, skipped } = await convertBytes(zip(torchEntries(root, { 0: f32(1, 2) })));
    expect(tensors.map(({ name }) => name)).toEqual(['w']);
    expect(skipped).toEqual(['epoch (number)', 'ema (dictionary of 1)']);
  });

  it('takes a part of a network that is called model for what it is', async () => {
    const root = pickle(dict(['model', int(3)], ['net', dict()], ['w', tensor(storage('0', 2))]));
    const { tensors, skipped } = await convertBytes(zip(torchEntries(root, { 0: f32(1, 2) })));
    expect(tensors.map(({ name }) => name)).toEqual(['w']);
    expect(skipped).toEqual(['model (number)']);
  });
});

describe('large files', () => {
  it('pass through in pieces: 2.5 GB need less than 500 MB', async () => {
    const [count, elements] = [40, 2 ** 24];
    const keys = Array.from({ length: count }, (_, i) => `${i}`);
    const weights = keys.map((key): [string, Uint8Array] => [
      `w${key}`,
      tensor(storage(key, elements), { shape: [elements] }),
    ]);
    const sparse = sparseZip(
      torchEntries(pickle(dict(...weights)), Object.fromEntries(keys.map((k) => [k, elements * 4]))),
    );
    const reads: number[] = [];
    const source: ByteSource = {
      ...sparse,
      read: (offset, length) => {
        reads.push(length);
        return sparse.read(offset, length);
      },
    };
    const before = process.memoryUsage().rss;
    let peak = 0;
    let written = 0;
    for await (const chunk of writeSafetensors((await convertTorch(source)).tensors)) {
      written += chunk.length;
      peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(written).toBeGreaterThan(2.5e9);
    expect(Math.max(...reads)).toBeLessThanOrEqual(4 * 2 ** 20);
    expect(peak).toBeLessThan(500e6);
  });

  it('may lie beyond 4 GiB', async () => {
    const far = 6 * 2 ** 30;
    const root = pickle(dict(['first', tensor(storage('0', far / 4))], ['last', tensor(storage('1', 2))]));
    const source = sparseZip(torchEntries(root, { 0: far, 1: f32(5, 6) }), { zip64: true });
    const file = await writtenFile((await convertTorch(source)).tensors, 'far');
    expect((await file.readTensor('last')).values).toEqual(Float32Array.of(5, 6));
  });
});
