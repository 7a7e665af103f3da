/** Masks from files that hold several: JSON and label pictures. */
import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { decodeMask } from '../../src/host/node/maskFile.ts';

const photo = { width: 3, height: 2, name: 'mug' };
const LABELS = [0, 1, 3, 3, 0, 1];

const json = (value: unknown) => new TextEncoder().encode(`\n ${JSON.stringify(value)}`);
const first = { id: 5, segmentation: { size: [2, 3], counts: [0, 1, 5] } };
const second = { id: 9, segmentation: { size: [2, 3], counts: [2, 4] } };

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** The labels with a palette of four colors and two bits a pixel, which `encode` does not write. */
function twoBits(interlaced = 0): Uint8Array {
  const chunk = (name: string, data: readonly number[] | Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(name), Uint8Array.from(data)]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const rows = [0, LABELS.slice(0, 3), 0, LABELS.slice(3)].map((row) =>
    typeof row === 'number' ? row : row.reduce((byte, label, i) => byte | (label << (6 - 2 * i)), 0),
  );
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
    chunk('IHDR', [0, 0, 0, 3, 0, 0, 0, 2, 2, 3, 0, 0, interlaced]),
    chunk('PLTE', [0, 0, 0, 9, 9, 9, 9, 9, 9, 0, 0, 0]),
    chunk('IDAT', deflateSync(Uint8Array.from(rows))),
    chunk('IEND', []),
  ]);
}

describe('a mask of a JSON file', () => {
  it('is the one that is picked, or the only one', async () => {
    expect([...(await decodeMask(json([first, second]), photo, '9'))]).toEqual([0, 1, 1, 0, 1, 1]);
    expect([...(await decodeMask(json([first]), photo))]).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it('must be picked if there are several, and the message lists them', async () => {
    const error = await failure(decodeMask(json([first, second]), photo));
    expect(error.message).toBe(
      'The mask holds 2 masks. Its masks:\n  5: 1 pixels in 0,0,0,0\n  9: 4 pixels in 1,0,2,1',
    );
    expect(error.hint).toBe('Give --pick with the number of one.');
    expect((await failure(decodeMask(json([first]), photo, '4'))).message).toContain('The mask has no mask 4.');
    const many = Array.from({ length: 23 }, () => ({ segmentation: first.segmentation }));
    expect((await failure(decodeMask(json(many), photo))).message).toMatch(/\n {2}20: .*\n {2}And 3 more\.$/);
  });

  it('fits the photo, in the size of its file or in the reduced one', async () => {
    const reduced = { ...photo, width: 2, height: 1, original: { width: 3, height: 2 } };
    expect(await decodeMask(json([second]), reduced)).toHaveLength(2);
    const error = await failure(decodeMask(json([first]), { width: 4, height: 2 }));
    expect(error.message).toBe('The mask, mask 5, has 3 x 2 pixels, but the photo has 4 x 2.');
  });

  it('is missed where there is none, or it is empty or damaged', async () => {
    expect((await failure(decodeMask(json([]), photo))).message).toBe('The mask holds no mask of this photo.');
    const empty = { id: 1, segmentation: { size: [2, 3], counts: [6] } };
    expect((await failure(decodeMask(json([empty]), photo))).message).toBe(
      'Mask 1 of the mask is empty: it has no pixel.',
    );
    const damaged = { id: 1, segmentation: { size: [2, 3], counts: [9] } };
    expect((await failure(decodeMask(json([damaged]), photo))).message).toMatch(
      /^The mask cannot be used\. Mask 1 is damaged\. The runs of a mask cover 9 pixels/,
    );
    const text = new TextEncoder().encode('[{');
    expect((await failure(decodeMask(text, photo))).message).toMatch(/^The mask cannot be used\. This is not JSON: /);
  });
});

describe('an object of a label picture', () => {
  const size = { width: 3, height: 2, channels: 1 } as const;
  const palette: [number, number, number][] = [
    [0, 0, 0],
    [9, 9, 9],
    [9, 9, 9],
    [0, 0, 0],
  ];

  it.each([
    ['8 bits', () => encode({ ...size, data: Uint8Array.from(LABELS) })],
    ['16 bits', () => encode({ ...size, data: Uint16Array.from(LABELS, (label) => 300 * label), depth: 16 })],
    ['a palette, whatever its colors', () => encode({ ...size, data: Uint8Array.from(LABELS), palette })],
    ['2 bits of a palette', () => twoBits()],
  ])('has its number: %s', async (kind, png) => {
    const scale = kind === '16 bits' ? 300 : 1;
    expect([...(await decodeMask(png(), photo, String(3 * scale)))]).toEqual([0, 0, 1, 1, 0, 0]);
    expect((await failure(decodeMask(png(), photo, '2'))).message).toBe(
      `The mask has no object 2: there are ${scale}, ${3 * scale}.`,
    );
  });

  it('is not 0, which belongs to none', async () => {
    const png = encode({ ...size, data: Uint8Array.from(LABELS) });
    expect((await failure(decodeMask(png, photo, '0'))).hint).toContain('0 is what belongs to none');
    expect((await failure(decodeMask(encode({ ...size, data: new Uint8Array(6) }), photo, '1'))).message).toBe(
      'The mask has no object 1: every pixel is 0.',
    );
  });

  it('is looked for in gray and palette PNGs of the photo’s size alone', async () => {
    const color = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    expect((await failure(decodeMask(color, photo, '1'))).message).toBe(
      'The mask is a PNG with 3 channels. With --pick or --all it must be a PNG in gray or with a palette.',
    );
    const webp = await sharp(color).webp().toBuffer();
    expect((await failure(decodeMask(webp, photo, '1'))).message).toContain('The mask is webp.');
    const png = encode({ ...size, data: Uint8Array.from(LABELS) });
    expect((await failure(decodeMask(png, { width: 3, height: 3 }, '1'))).message).toContain('has 3 x 2 pixels');
    expect((await failure(decodeMask(twoBits(1), photo, '1'))).message).toContain('interlaced');
  });
});
