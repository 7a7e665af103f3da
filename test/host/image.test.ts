/** Decoding of files that the tests write themselves. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { encodePng16 } from '../../src/host/node/encode.ts';
import { decodeDepth, decodePointMap } from '../../src/host/node/geometryFile.ts';
import { decodePhoto } from '../../src/host/node/image.ts';
import { decodeMask } from '../../src/host/node/maskFile.ts';
import { parseAxes } from '../../src/io/index.ts';
import { MAX_PHOTO_PIXELS, reducedSize } from '../../src/host/photoSize.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-image-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A 3 x 2 picture whose six pixels all differ; pixel i is (40 i, 200 - 30 i, 10 + i). */
const PIXELS = Uint8Array.from({ length: 18 }, (_, i) => {
  const pixel = Math.floor(i / 3);
  return [40 * pixel, 200 - 30 * pixel, 10 + pixel][i % 3];
});
const picture = () => sharp(PIXELS, { raw: { width: 3, height: 2, channels: 3 } });

/** Which of the six pixels lie where in a decoded photo. */
const order = (rgba: Uint8Array) => Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i] / 40);

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('decodePhoto', () => {
  it('reads PNG exactly, with alpha 255 and the name of the file', async () => {
    const path = join(folder, 'six pixels.png');
    await picture().png().toFile(path);
    const photo = await decodePhoto(path);
    expect([photo.width, photo.height, photo.name]).toEqual([3, 2, 'six pixels']);
    expect([...photo.rgba]).toEqual(
      Array.from({ length: 6 }, (_, i) => [...PIXELS.subarray(3 * i, 3 * i + 3), 255]).flat(),
    );
    expect(photo).not.toHaveProperty('notices');
  });

  // Expected layouts follow the table of TIFF 6.0, tag 274: where row 0 and column 0 of the stored picture belong.
  it.each([
    [1, 3, [0, 1, 2, 3, 4, 5]],
    [2, 3, [2, 1, 0, 5, 4, 3]],
    [3, 3, [5, 4, 3, 2, 1, 0]],
    [4, 3, [3, 4, 5, 0, 1, 2]],
    [5, 2, [0, 3, 1, 4, 2, 5]],
    [6, 2, [3, 0, 4, 1, 5, 2]],
    [7, 2, [5, 2, 4, 1, 3, 0]],
    [8, 2, [2, 5, 1, 4, 0, 3]],
  ])('applies EXIF orientation %d', async (orientation, width, expected) => {
    const photo = await decodePhoto(await picture().withMetadata({ orientation }).png().toBuffer());
    expect(photo.width).toBe(width);
    expect(order(photo.rgba)).toEqual(expected);
  });

  it('replicates gray', async () => {
    const gray = await sharp(new Uint8Array([0, 90, 255]), { raw: { width: 3, height: 1, channels: 1 } })
      .toColorspace('b-w')
      .png()
      .toBuffer();
    expect((await sharp(gray).metadata()).channels).toBe(1);
    expect([...(await decodePhoto(gray)).rgba]).toEqual([0, 0, 0, 255, 90, 90, 90, 255, 255, 255, 255, 255]);
  });

  const withAlpha = (pixels: number[]) =>
    sharp(new Uint8Array(pixels), { raw: { width: pixels.length / 4, height: 1, channels: 4 } })
      .png()
      .toBuffer();

  it('lays transparent parts over white, and gives what is opaque', async () => {
    const photo = await decodePhoto(await withAlpha([10, 20, 30, 0, 200, 100, 50, 102, 1, 2, 3, 255]));
    // 200 and alpha 102 of 255: 0.4 x 200 + 0.6 x 255.
    expect([...photo.rgba]).toEqual([255, 255, 255, 255, 233, 193, 173, 255, 1, 2, 3, 255]);
    expect([...photo.cutout!]).toEqual([0, 0, 1]);
    expect(photo.notices).toEqual(['The photo has transparent parts; they are read as white.']);
  });

  it('drops an alpha that is the same everywhere', async () => {
    const photo = await decodePhoto(await withAlpha([10, 20, 30, 77, 200, 100, 50, 77]));
    expect([...photo.rgba]).toEqual([10, 20, 30, 255, 200, 100, 50, 255]);
    expect(photo).not.toHaveProperty('cutout');
    expect(photo).not.toHaveProperty('notices');
  });

  it('names files of other kinds, and says what to do', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    const error = await failure(decodePhoto(heic));
    expect(error.message).toBe('The photo is a HEIC photo, which this build cannot decode.');
    expect(error.hint).toContain('Save it as JPEG');
    const path = join(folder, 'depth.npz');
    await writeFile(path, 'PK\x03\x04');
    const message = `The photo ${path} is a .npz archive of NumPy arrays.`;
    await expect(decodePhoto(path)).rejects.toMatchObject({
      message,
      hint: expect.stringContaining('np.save') as string,
    });
    expect((await failure(decodePhoto(Buffer.from('\xff\xd8\xff\xe0 no more', 'latin1')))).hint).toContain('damaged');
  });

  it('reads lossless WebP exactly, JPEG nearly, and 16-bit PNG by its upper byte', async () => {
    expect(order((await decodePhoto(await picture().webp({ lossless: true }).toBuffer())).rgba)).toEqual([
      0, 1, 2, 3, 4, 5,
    ]);
    const flat = sharp({ create: { width: 16, height: 8, channels: 3, background: { r: 120, g: 60, b: 30 } } });
    const jpeg = await decodePhoto(await flat.jpeg({ quality: 95 }).toBuffer());
    expect([jpeg.width, jpeg.height]).toEqual([16, 8]);
    [120, 60, 30].forEach((value, i) => expect(Math.abs(jpeg.rgba[i] - value)).toBeLessThanOrEqual(2));
    const deep = await sharp(new Uint16Array([0x1234, 0x80ff, 0xffff]), { raw: { width: 1, height: 1, channels: 3 } })
      .toColorspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect([...(await decodePhoto(deep)).rgba]).toEqual([0x12, 0x80, 0xff, 255]);
  });

  it('reads the focal length', async () => {
    const jpeg = await picture()
      .withExif({ IFD2: { FocalLengthIn35mmFilm: '26' } })
      .jpeg()
      .toBuffer();
    expect((await decodePhoto(jpeg)).focal35mm).toBe(26);
    const unknown = await picture()
      .withExif({ IFD2: { FocalLengthIn35mmFilm: '0' } })
      .jpeg()
      .toBuffer();
    expect(await decodePhoto(unknown)).not.toHaveProperty('focal35mm');
  });

  it('decodes a photo that is one pixel wide; the chain decides whether that is enough', async () => {
    const png = await sharp(PIXELS, { raw: { width: 1, height: 6, channels: 3 } })
      .png()
      .toBuffer();
    const photo = await decodePhoto(png);
    expect([photo.width, photo.height]).toEqual([1, 6]);
  });

  it('reduces an enormous photo and says so', async () => {
    const png = await sharp({ create: { width: 8000, height: 4200, channels: 3, background: '#204060' } })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const photo = await decodePhoto(png);
    expect(photo.width * photo.height).toBeLessThanOrEqual(MAX_PHOTO_PIXELS);
    expect(photo.original).toEqual({ width: 8000, height: 4200 });
    expect(photo.notices).toEqual([
      `The photo has 8000 x 4200 pixels and was reduced to ${photo.width} x ${photo.height}: ` +
        'more than 33 megapixels do not fit into one GPU binding.',
    ]);
    expect([...photo.rgba.subarray(0, 4)]).toEqual([0x20, 0x40, 0x60, 255]);
  });

  it('refuses a decompression bomb by its header alone', async () => {
    const bomb = await picture().png().toBuffer();
    bomb.writeUInt32BE(40000, 16);
    bomb.writeUInt32BE(40000, 20);
    // The header chunk's checksum covers the size, so it is computed anew.
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)) >>> 0, 29);
    expect((await failure(decodePhoto(bomb))).message).toBe(
      'The photo has 40000 x 40000 pixels; at most 268402689 can be decoded, and 65535 on a side.',
    );
  });

  it('names the file when it is missing, empty, no image or damaged', async () => {
    const missing = join(folder, 'none.jpg');
    expect((await failure(decodePhoto(missing))).message).toContain(missing);

    const empty = join(folder, 'empty.jpg');
    await writeFile(empty, '');
    expect((await failure(decodePhoto(empty))).message).toBe(`The photo ${empty} is empty (0 bytes).`);

    const prose = join(folder, 'prose.jpg');
    await writeFile(prose, 'This is not a photo.');
    const error = await failure(decodePhoto(prose));
    expect(error.message).toContain(`The photo ${prose} cannot be decoded: `);
    expect(error.hint).toBe('The file is damaged or not an image. Use a JPEG, PNG or WebP file.');

    const noise = sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080', noise: NOISE } });
    for (const bytes of [await noise.jpeg().toBuffer(), await noise.png().toBuffer(), await noise.webp().toBuffer()]) {
      const half = bytes.subarray(0, bytes.length / 2);
      expect((await failure(decodePhoto(half))).message).toContain('photo cannot be decoded: ');
    }
  });

  it('refuses drawings', async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    );
    expect((await failure(decodePhoto(svg))).message).toBe('The photo is svg, which is not a pixel format.');
  });
});

const NOISE = { type: 'gaussian', mean: 128, sigma: 30 } as const;

/** CRC-32 of PNG (ISO 3309), bit by bit. */
function crc32(bytes: Uint8Array): number {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value;
}

describe('reducedSize', () => {
  it('leaves photos alone that fit', () => {
    expect(reducedSize(1 << 13, 1 << 12)).toBeUndefined();
  });

  it.each([
    [10000, 5000],
    [5000, 10000],
    [200_000_000, 1],
    [1, 268_000_000],
  ])('keeps %d x %d within the limit and no side below 1', (width, height) => {
    const size = reducedSize(width, height)!;
    expect(size.width * size.height).toBeLessThanOrEqual(MAX_PHOTO_PIXELS);
    expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(1);
    expect(size.width > size.height).toBe(width > height);
  });
});

const gray = (values: number[], width: number, height: number) =>
  sharp(new Uint8Array(values), { raw: { width, height, channels: 1 } })
    .toColorspace('b-w')
    .png()
    .toBuffer();

describe('decodeMask', () => {
  it('takes what is brighter than half of the brightest', async () => {
    expect([...(await decodeMask(await gray([0, 127, 128, 255], 4, 1), { width: 4, height: 1 }))]).toEqual([
      0, 0, 1, 1,
    ]);
    expect([...(await decodeMask(await gray([0, 1, 1, 0], 2, 2), { width: 2, height: 2 }))]).toEqual([0, 1, 1, 0]);
  });

  it('reads color masks', async () => {
    const png = await sharp(new Uint8Array([0, 0, 0, 255, 255, 255]), { raw: { width: 2, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    expect([...(await decodeMask(png, { width: 2, height: 1 }))]).toEqual([0, 1]);
  });

  it('takes alpha where it varies, whatever the colors', async () => {
    const rgba = (alphas: number[], white = 255) =>
      sharp(new Uint8Array(alphas.flatMap((alpha) => [white, white, white, alpha])), {
        raw: { width: alphas.length, height: 1, channels: 4 },
      })
        .png()
        .toBuffer();
    expect([...(await decodeMask(await rgba([0, 255, 200, 90]), { width: 4, height: 1 }))]).toEqual([0, 1, 1, 0]);
    expect([...(await decodeMask(await rgba([0, 255], 0), { width: 2, height: 1 }))]).toEqual([0, 1]);
    expect([...(await decodeMask(await rgba([255, 255]), { width: 2, height: 1 }))]).toEqual([1, 1]);
  });

  it('follows a photo that was reduced, in the size of its file or in the reduced one', async () => {
    const photo = { width: 2, height: 1, original: { width: 4, height: 2 } };
    expect([...(await decodeMask(await gray([255, 255, 0, 0, 255, 255, 0, 0], 4, 2), photo))]).toEqual([1, 0]);
    expect([...(await decodeMask(await gray([255, 0], 2, 1), photo))]).toEqual([1, 0]);
    expect((await failure(decodeMask(await gray([255, 0, 0], 3, 1), photo))).message).toBe(
      'The mask has 3 x 1 pixels, but the photo has 4 x 2 (in the program 2 x 1).',
    );
    const speck = await gray([255, 0, 0, 0, 0, 0, 0, 0], 4, 2);
    expect((await failure(decodeMask(speck, photo))).message).toContain('is too small');
  });

  it('refuses another size and an empty mask', async () => {
    const error = await failure(decodeMask(await gray([255, 255], 2, 1), { width: 3, height: 1 }));
    expect(error.message).toBe('The mask has 2 x 1 pixels, but the photo has 3 x 1.');
    expect((await failure(decodeMask(await gray([0, 0], 2, 1), { width: 2, height: 1 }))).message).toBe(
      'The mask is empty: every pixel is black.',
    );
  });
});

describe('decodeDepth', () => {
  it('reads millimeters, and counts pixels without depth', async () => {
    const png = await encodePng16(new Uint16Array([0, 1, 1500, 65535]), 2, 2);
    const depth = await decodeDepth(Buffer.from(png), { width: 2, height: 2 });
    expect([...depth.meters]).toEqual([NaN, Math.fround(0.001), 1.5, Math.fround(65.535)]);
    expect(depth.missing).toBe(1);
  });

  it('reads .npy in meters; NaN, infinity, zero and negative values are missing', async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 5), }\n";
    const start = Buffer.alloc(10 + header.length);
    start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
    start.write(header, 10, 'latin1');
    const npy = Buffer.concat([start, Buffer.from(new Float32Array([2.5, NaN, Infinity, 0, -1]).buffer)]);
    const depth = await decodeDepth(npy, { width: 5, height: 1 });
    expect([...depth.meters]).toEqual([2.5, NaN, NaN, NaN, NaN]);
    expect(depth.missing).toBe(4);
    expect((await failure(decodeDepth(npy.subarray(0, -4), { width: 5, height: 1 }))).message).toContain(
      'needs 20 bytes, but the file holds 16',
    );
  });

  it('reads whole numbers in .npy as millimeters', async () => {
    const header = "{'descr': '<u2', 'fortran_order': False, 'shape': (1, 3), }\n";
    const start = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(header.length)}\0${header}`, 'latin1');
    const npy = Buffer.concat([start, Buffer.from(new Uint16Array([1500, 0, 250]).buffer)]);
    expect([...(await decodeDepth(npy, { width: 3, height: 1 })).meters]).toEqual([1.5, NaN, 0.25]);
  });

  it('takes values for what the scale says', async () => {
    const png = Buffer.from(await encodePng16(new Uint16Array([0, 5000, 12800]), 3, 1));
    expect([...(await decodeDepth(png, { width: 3, height: 1 }, 1 / 5000)).meters]).toEqual([
      NaN,
      1,
      Math.fround(2.56),
    ]);
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n";
    const start = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(header.length)}\0${header}`, 'latin1');
    const npy = Buffer.concat([start, Buffer.from(new Float32Array([150, -1]).buffer)]);
    expect([...(await decodeDepth(npy, { width: 2, height: 1 }, 0.01)).meters]).toEqual([1.5, NaN]);
  });

  it('reads OpenEXR in meters, whole numbers in millimeters, and checks its size before its pixels', async () => {
    const exr = (name: string): Buffer => readFileSync(new URL(`../golden/exr/${name}.exr`, import.meta.url));
    const photo = { width: 37, height: 21 };
    const depth = await decodeDepth(exr('zip_half'), photo);
    expect([depth.meters[0], depth.meters[37 * 20 + 36]]).toEqual([1, 1 + 76 / 64]);
    expect(depth.missing).toBe(5);
    expect((await decodeDepth(exr('zip_uint'), photo)).meters[0]).toBe(Math.fround(0.064));
    expect((await decodeDepth(exr('rle_float'), photo, 2)).meters[0]).toBe(2);
    // Byte 400 and on are pixels: they are not read.
    const cut = exr('none_float').subarray(0, 600);
    expect((await failure(decodeDepth(exr('window'), photo))).message).toContain('has 40 x 24 pixels');
    expect((await failure(decodeDepth(cut, photo))).message).toContain('more than 600 bytes can hold');
    expect((await failure(decodeDepth(exr('zip_half').subarray(0, 500), photo))).message).toMatch(
      /^The depth map cannot be read. The file is cut off: byte \d+ is needed/,
    );
    expect((await failure(decodeDepth(exr('piz'), photo))).message).toContain('compressed with PIZ');
  });

  it('takes what renderers write for nothing as nothing', async () => {
    const file = readFileSync(new URL('../golden/exr/none_float.exr', import.meta.url));
    // The first value follows the table of 21 rows, its own row number and its size.
    const at = file.readUInt32LE(file.length - 21 * (8 + 37 * 4) - 21 * 8) + 8;
    expect(file.readFloatLE(at)).toBe(1);
    file.writeFloatLE(1e10, at);
    const { meters, missing } = await decodeDepth(file, { width: 37, height: 21 });
    expect([meters[0], meters[1], missing]).toEqual([NaN, 1 + 1 / 64, 6]);
  });

  it('follows a photo that was reduced, in both sizes', async () => {
    const photo = { width: 2, height: 1, original: { width: 4, height: 2 } };
    const whole = Buffer.from(await encodePng16(new Uint16Array([1, 2, 3, 4, 5, 6, 7, 8].map((n) => 1000 * n)), 4, 2));
    expect([...(await decodeDepth(whole, photo)).meters]).toEqual([6, 8]);
    const small = Buffer.from(await encodePng16(new Uint16Array([1000, 2000]), 2, 1));
    expect([...(await decodeDepth(small, photo)).meters]).toEqual([1, 2]);
  });

  it('refuses 8-bit pictures, another size, and a map without any depth', async () => {
    expect((await failure(decodeDepth(await gray([1, 2], 2, 1), { width: 2, height: 1 }))).message).toBe(
      'The depth map must be a 16-bit gray PNG; it is png with 1 channel(s) of type uchar.',
    );
    const none = Buffer.from(await encodePng16(new Uint16Array(2), 2, 1));
    expect((await failure(decodeDepth(none, { width: 1, height: 2 }))).message).toContain('has 2 x 1 pixels');
    expect((await failure(decodeDepth(none, { width: 2, height: 1 }))).message).toContain('has no depth');
  });
});

describe('decodePointMap', () => {
  const photo = { width: 2, height: 1, original: { width: 4, height: 2 } };
  const file = (points: string[]) => Buffer.from(points.map((point) => `v ${point}\n`).join(''));

  it('reads both sizes of a photo that was reduced, and counts pixels without a point', async () => {
    const small = await decodePointMap(file(['1 2 3', '0 0 0']), photo);
    expect([...small.xyz, small.missing]).toEqual([1, 2, 3, NaN, NaN, NaN, 1]);
    const whole = await decodePointMap(file(['1', '2', '3', '4', '5', '6', '7', '8'].map((z) => `0 0 ${z}`)), photo);
    expect([...whole.xyz]).toEqual([0, 0, 6, 0, 0, 8]);
  });

  it('turns axes', async () => {
    const map = await decodePointMap(file(['1 2 -3', '4 5 -6']), { width: 2, height: 1 }, parseAxes('x,-y,-z'));
    expect([...map.xyz]).toEqual([1, -2, 3, 4, -5, 6]);
  });

  it('refuses a cloud without any point', async () => {
    const error = await failure(decodePointMap(file(['0 0 0', '0 0 0']), photo));
    expect(error.message).toContain('has no points');
  });
});
