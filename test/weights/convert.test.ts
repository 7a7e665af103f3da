import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../weights/byteSource.ts';
import { type ConvertedTorch, convertTorch } from '../../weights/convert/convertTorch.ts';
import type { Dtype } from '../../weights/dtype.ts';
import { SafetensorsFile } from '../../weights/safetensors.ts';
import { writeSafetensors } from '../../weights/safetensorsWriter.ts';
import { joined } from './files.ts';

const folder = new URL('../golden/torch/', import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.pth'))
  .map((name) => name.slice(0, -'.pth'.length));

async function convert(name: string): Promise<ConvertedTorch> {
  return convertTorch(bytesSource(bytesOf(name), name));
}

/** Name of a skipped entry, without what it is. */
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
});
