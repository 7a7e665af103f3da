import { describe, expect, it } from 'vitest';
import { samModule } from '../../src/pipeline/sam/module.ts';
import { zoeModule } from '../../src/pipeline/zoeDepth/module.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import { bytesSource } from '../../weights/byteSource.ts';
import { convertTorch } from '../../weights/convert/convertTorch.ts';
import { readZipDirectory, zipDataStart } from '../../weights/convert/zip.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import { type Dtype, elementBytes, elementCount } from '../../weights/dtype.ts';
import { syntheticTorch } from '../../weights/syntheticFile.ts';
import { syntheticWeight } from '../../weights/synthetic.ts';
import type { TensorToWrite } from '../../weights/tensorToWrite.ts';
import { type TorchWriteOptions, writeTorch } from '../../weights/torchWriter.ts';
import { joined } from './files.ts';

/** Bytes 0, 7, 14, ... in two chunks. */
function tensor(name: string, dtype: Dtype, shape: number[]): TensorToWrite {
  const bytes = contents(dtype, shape);
  return { name, dtype, shape, data: () => [bytes.subarray(0, 5), bytes.subarray(5)] };
}

function contents(dtype: Dtype, shape: number[]): Uint8Array {
  return Uint8Array.from({ length: elementCount(shape) * elementBytes[dtype] }, (_, i) => 7 * i);
}

const tensors = [
  ...(Object.keys(elementBytes) as Dtype[]).map((dtype) => tensor(`blocks.0.${dtype}`, dtype, [3, 5])),
  tensor('scalar', 'F32', []),
  tensor('empty', 'F32', [3, 0]),
  tensor('größe', 'F16', [2, 3, 4, 5]),
];

const write = (list: TensorToWrite[], options?: TorchWriteOptions) => joined(writeTorch(list, options));

/** Name -> what our own reader makes of it. */
async function readBack(file: Uint8Array) {
  const { tensors, skipped } = await convertTorch(bytesSource(file, 'written.pth'));
  const read = new Map<string, { dtype: Dtype; shape: readonly number[]; bytes: Uint8Array }>();
  for (const { name, dtype, shape, data } of tensors) {
    const chunks = (data as () => AsyncIterable<Uint8Array>)();
    read.set(name, { dtype, shape, bytes: await joined(chunks) });
  }
  return { read, skipped };
}

describe('a file as torch writes it', () => {
  it.each<[string, TorchWriteOptions]>([
    ['bare', {}],
    ['under a key', { under: 'model' }],
    ['with 64-bit sizes from byte 0 on', { wideFrom: 0 }],
    ['with 64-bit places in its second half', { wideFrom: 2000 }],
  ])('%s: our own reader finds the same bits', async (_, options) => {
    const { read, skipped } = await readBack(await write(tensors, options));
    expect([...read.keys()]).toEqual(tensors.map(({ name }) => name));
    for (const { name, dtype, shape } of tensors) {
      expect(read.get(name), name).toEqual({ dtype, shape, bytes: contents(dtype, [...shape]) });
    }
    expect(skipped).toEqual([]);
  });

  it('aligns the data of every entry to 64 bytes', async () => {
    const source = bytesSource(await write(tensors), 'written.pth');
    const entries = await readZipDirectory(source);
    expect([...entries.keys()].slice(0, 3)).toEqual(['archive/data.pkl', 'archive/byteorder', 'archive/data/0']);
    for (const entry of entries.values()) expect((await zipDataStart(source, entry)) % 64).toBe(0);
  });

  it('has sums that find a changed byte', async () => {
    const file = await write([tensor('w', 'U8', [100])]);
    const entry = (await readZipDirectory(bytesSource(file, 'written.pth'))).get('archive/data/0')!;
    file[(await zipDataStart(bytesSource(file, 'written.pth'), entry)) + 50] ^= 1;
    await expect(readBack(file)).rejects.toThrow('expected bytes with the CRC-32');
  });

  it('refuses names that come twice and data that do not fill the shape', async () => {
    await expect(write([tensor('w', 'U8', [2]), tensor('w', 'U8', [2])])).rejects.toThrow('expected a unique name');
    const short: TensorToWrite = { name: 'w', dtype: 'F32', shape: [3], data: () => [new Uint8Array(8)] };
    await expect(write([short])).rejects.toThrow('expected 12 bytes for F32 [3], found 8');
  });
});

describe('synthetic weights as a released file', () => {
  it.each([
    ['sam', samModule.specs(samConfigs.small)],
    ['zoe', zoeModule.specs(zoeConfigs.small)],
    ['mcc', mccModule.specs(mccConfigs.small)],
  ])('%s: every tensor of the released file, with its values', async (_, specs) => {
    const { bytes, content } = syntheticTorch(specs, { seed: 3, dtype: 'F32' });
    const file = await joined(content);
    expect(file.length).toBeGreaterThan(bytes);
    const { read } = await readBack(file);
    expect([...read.keys()]).toEqual([...specs.tensors.keys()]);
    for (const [name, { dtype, shape, used }] of specs.tensors) {
      expect([name, read.get(name)!.dtype, read.get(name)!.shape]).toEqual([name, dtype, shape]);
      const values = new Uint8Array(syntheticWeight(3, name, shape).buffer);
      if (used) expect(Buffer.compare(read.get(name)!.bytes, values), name).toBe(0);
    }
  });

  it('refuses a seed that is no integer', () => {
    expect(() => syntheticTorch(samModule.specs(samConfigs.small), { seed: 0.5, dtype: 'F32' })).toThrow(
      'an integer seed',
    );
  });
});
