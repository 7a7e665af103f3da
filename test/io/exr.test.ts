import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { depthChannel } from '../../src/io/exr/channel.ts';
import { ExrError, isExr, openExrDepth } from '../../src/io/index.ts';

const folder = new URL('../golden/exr/', import.meta.url);
const read = (name: string): Uint8Array => readFileSync(new URL(`${name}.exr`, folder));
const names = readdirSync(folder).map((file) => file.replace('.exr', ''));
const unreadable = ['unclear', 'piz'];

const [WIDTH, HEIGHT] = [37, 21];
const NONE: Readonly<Record<string, number>> = { '4,3': 0, '5,3': 0, '6,3': NaN, '7,3': Infinity, '8,3': -1 };
/** What tools/reference/exr.py writes. */
const depthAt = (x: number, y: number): number => NONE[`${x},${y}`] ?? 1 + (x + 2 * y) / 64;

/** @param left, top place of the picture in what was written */
function expected(width = WIDTH, height = HEIGHT, left = 0, top = 0, isInteger = false): number[] {
  return Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) + left, Math.floor(i / width) + top];
    if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) return NaN;
    if (!isInteger) return depthAt(x, y);
    return `${x},${y}` in NONE ? 0 : 64 * depthAt(x, y);
  });
}

/** The same file with other bytes. */
const changed = (file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array => {
  const copy = Uint8Array.from(file);
  copy.set(bytes, at);
  return copy;
};

/** Where the value of an attribute begins: after its name, its type and its size. */
const valueAt = (file: Uint8Array, name: string, type: string): number =>
  Buffer.from(file).indexOf(`${name}\0${type}\0`, 0, 'latin1') + name.length + type.length + 6;

describe('depth from OpenEXR', () => {
  const plain = names.filter((name) => /^(none|rle|zips|zip|tiles)_|^(mipmaps|rgb|layers)$/.test(name));

  it.each(plain)('%s: every value is what OpenImageIO wrote', (name) => {
    const exr = openExrDepth(read(name));
    expect([exr.width, exr.height, exr.isInteger]).toEqual([WIDTH, HEIGHT, name.endsWith('uint')]);
    expect([...exr.values()]).toEqual(expected(WIDTH, HEIGHT, 0, 0, exr.isInteger));
    expect(exr.channel).toBe({ rgb: 'R', layers: 'Depth.Z' }[name] ?? 'Z');
  });

  it('puts the pixels of the file into the picture, and leaves out what is around it', () => {
    const window = openExrDepth(read('window'));
    expect([window.width, window.height]).toEqual([40, 24]);
    expect([...window.values()]).toEqual(expected(40, 24, -2, -1));
    const overscan = openExrDepth(read('overscan'));
    expect([...overscan.values()]).toEqual(expected(32, 16, 3, 2));
  });

  it('names what it cannot read', () => {
    expect(plain.length + 2 + unreadable.length).toBe(names.length);
    expect(() => openExrDepth(read('piz'))).toThrow(
      'It is compressed with PIZ; NONE, RLE, ZIPS, ZIP are read. Store it again with ZIP: oiiotool file.exr --compression zip -o depth.exr',
    );
    expect(() => openExrDepth(read('unclear'))).toThrow('None of its 2 channels is surely the depth: A, B.');
    const file = read('zip_half');
    expect(() => openExrDepth(changed(file, 5, [0x08]))).toThrow('deep image');
    expect(() => openExrDepth(changed(file, 5, [0x10]))).toThrow('several parts');
    expect(() => openExrDepth(changed(file, 4, [1]))).toThrow('version 1');
    expect(() => openExrDepth(changed(file, 0, [0]))).toThrow('does not begin like');
    expect(isExr(file)).toBe(true);
    expect(isExr(changed(file, 0, [0]))).toBe(false);
  });

  it('chooses the depth among channels', () => {
    const choose = (...all: string[]): string => depthChannel(all.map((name) => ({ name }))).name;
    expect(choose('V')).toBe('V');
    expect(choose('B', 'G', 'R', 'Y', 'Z')).toBe('Z');
    expect(choose('B', 'G', 'R', 'Y')).toBe('Y');
    expect(choose('A', 'B', 'G', 'R')).toBe('R');
    expect(choose('View.Depth.Z', 'View.Mist.Z', 'View.Normal.X', 'View.Normal.Z')).toBe('View.Depth.Z');
    expect(() => choose('one.Z', 'two.Z')).toThrow('one.Z, two.Z');
  });
});

describe('damaged OpenEXR files', () => {
  it('refuses every beginning of a file', () => {
    for (const name of ['zip_float', 'rle_half', 'tiles_zip']) {
      const file = read(name);
      for (let length = 0; length < file.length; length++) {
        expect(() => openExrDepth(file.subarray(0, length)).values(), `${name}, ${length} bytes`).toThrow(ExrError);
      }
    }
  });

  it('takes no memory for pixels that the file cannot hold', () => {
    const file = read('zip_float');
    const window = valueAt(file, 'dataWindow', 'box2i');
    const huge = changed(file, window + 8, [0xff, 0xff, 0xff, 0x0f, 0xff, 0xff, 0xff, 0x0f]);
    expect(() => openExrDepth(huge)).toThrow('promises 268435456 x 268435456 pixels, more than 721 bytes can hold');
    const backwards = changed(file, window, [0xff, 0xff, 0, 0]);
    expect(() => openExrDepth(backwards)).toThrow('dataWindow from 65535,0 to 36,20 is no rectangle');
  });

  it('finds a wrong table, missing blocks, unknown codes and subsampled channels', () => {
    const file = read('zips_half');
    // The table follows the empty name that ends the header; each row is a block.
    const table = file.length - HEIGHT * 8 - blockBytes(file);
    expect(() => openExrDepth(changed(file, table, [0, 0, 0, 0, 0, 0, 0, 0])).values()).toThrow('unfinished');
    const second = [...file.subarray(table + 8, table + 16)];
    expect(() => openExrDepth(changed(file, table, second)).values()).toThrow('block 0 is called 1');
    expect(() => openExrDepth(changed(file, valueAt(file, 'compression', 'compression'), [99]))).toThrow('method (99)');
    const channel = valueAt(file, 'channels', 'chlist') + 2;
    expect(() => openExrDepth(changed(file, channel, [7]))).toThrow('channel Z has an unknown type');
    expect(() => openExrDepth(changed(file, channel + 8, [2]))).toThrow('every 2 x 1 pixels');
    const tiled = read('tiles_zip');
    expect(() => openExrDepth(changed(tiled, valueAt(tiled, 'tiles', 'tiledesc'), [0]))).toThrow('tiles are 0 x 16');
  });

  it('gives values or an error of its own, whatever bytes are wrong', () => {
    let state = 1;
    const random = (below: number): number => (state = (state * 48271) % 0x7fffffff) % below;
    let refused = 0;
    for (const name of ['zip_half', 'rle_uint', 'tiles_none', 'mipmaps']) {
      const file = read(name);
      for (let i = 0; i < 300; i++) {
        const broken = changed(file, random(file.length), [random(256)]);
        try {
          const { width, height, values } = openExrDepth(broken);
          if (width * height < 1e6) values();
        } catch (error) {
          expect(error, `${name}, try ${i}`).toBeInstanceOf(ExrError);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(100);
  });
});

/** Bytes of all blocks of a file whose blocks follow each other, from the first offset of its table. */
function blockBytes(file: Uint8Array): number {
  const marker = Buffer.from(file);
  const end = marker.indexOf('screenWindowWidth\0float\0', 0, 'latin1') + 'screenWindowWidth\0float\0'.length + 4 + 4;
  // The header may go on: the first offset says where the blocks begin.
  for (let at = end; at < file.length - 8; at++) {
    const offset = Number(marker.readBigUInt64LE(at));
    if (offset === at + HEIGHT * 8) return file.length - offset;
  }
  throw new Error('This file has no table of blocks.');
}
