/** Photos, masks and depth maps in PNG, JPEG and WebP files. */
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { decodeDepth } from '../../../src/host/node/geometryFile.ts';
import { decodePhoto } from '../../../src/host/node/image.ts';
import { decodeMask } from '../../../src/host/node/maskFile.ts';
import { encodePng16 } from '../../../src/host/node/encode.ts';
import { digestOf } from '../digest.ts';
import { changedBytes, cutOff, flipped, joined, oddNumber } from '../mutate.ts';
import { Random } from '../random.ts';
import type { Case, Cases, Files, Target } from '../target.ts';

const SIZE = { width: 12, height: 9 };
const PIXELS = SIZE.width * SIZE.height;

/** A sound picture, and the digest of what is read from it. */
interface Sound {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

type Format = 'png' | 'jpeg' | 'webp';

/** Pictures of one format, with one to four channels, several depths, a palette, EXIF data. */
async function pictures(format: Format): Promise<Uint8Array[]> {
  const random = new Random(0, 0);
  const found: Uint8Array[] = [];
  for (const channels of [1, 2, 3, 4] as const) {
    const picture = (): Sharp => sharp(random.bytes(PIXELS * channels), { raw: { ...SIZE, channels } });
    found.push(await picture().toFormat(format).toBuffer());
    found.push(
      await picture()
        .withExif({ IFD0: { Make: 'fuzz' }, IFD2: { FocalLengthIn35mmFilm: '28' } })
        .toFormat(format)
        .toBuffer(),
    );
    if (format === 'png') {
      found.push(await picture().png({ progressive: true }).toBuffer());
      found.push(await picture().png({ palette: true, colours: 7 }).toBuffer());
      found.push(await picture().toColourspace('rgb16').png().toBuffer());
    } else if (format === 'jpeg') found.push(await picture().jpeg({ progressive: true }).toBuffer());
    else found.push(await picture().webp({ lossless: true }).toBuffer());
  }
  return found.map((bytes) => new Uint8Array(bytes));
}

/** Numbers that fields of a picture's header may hold. */
const field = (random: Random): number => Math.trunc(Math.abs(oddNumber(random))) % 2 ** 32;

/** A PNG with one chunk changed and its checksum made to fit: sizes, depth and type, data, or what stands beside them. */
function changedChunk(bytes: Uint8Array, random: Random): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: number[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) starts.push(at);
  const at = random.once(2) ? starts[0] : random.pick(starts);
  const length = view.getUint32(at);
  const out = bytes.slice();
  const outView = new DataView(out.buffer);
  const kind = random.below(5);
  if (kind === 0 && at === starts[0]) outView.setUint32(at + 8 + 4 * random.below(2), field(random));
  else if (kind === 1 && at === starts[0]) out[at + 16 + random.below(5)] = random.below(20);
  else if (kind === 2) return joined(out.subarray(0, at), out.subarray(at + 12 + length));
  else if (kind === 3) return joined(out.subarray(0, at + 12 + length), out.subarray(at));
  else if (length > 0) out[at + 8 + random.below(length)] = random.below(256);
  outView.setUint32(at + 8 + length, crc32(out.subarray(at + 4, at + 8 + length)));
  return out;
}

function changed({ bytes, digest }: Sound, format: Format, random: Random): { bytes: Uint8Array; allowed?: string[] } {
  const kind = random.below(6);
  // What is missing may be padding or a thumbnail: then the picture is whole.
  if (kind === 0) return { bytes: cutOff(bytes, random), allowed: [digest] };
  if (kind === 1) return { bytes: flipped(bytes, random) };
  if (kind === 2 && format === 'png') return { bytes: changedChunk(bytes, random) };
  return { bytes: changedBytes(bytes, random) };
}

/** A target that reads pictures in one way. */
function target(
  name: string,
  about: string,
  role: string,
  {
    sound,
    format,
    read,
  }: { sound: () => Promise<Uint8Array[]>; format: Format; read: (files: Files) => Promise<string> },
): Target {
  return {
    name,
    about,
    // The decoder's own buffers and threads.
    freeBytes: 256 * 2 ** 20,
    async open(): Promise<Cases> {
      const all: Sound[] = [];
      for (const bytes of await sound())
        all.push({ bytes, digest: await read({ [role]: bytes }).catch(() => 'refused') });
      return {
        make(random): Case {
          const { bytes, allowed } = changed(random.pick(all), format, random);
          return { files: { [role]: bytes }, ...(allowed && { allowed }) };
        },
        read,
      };
    },
  };
}

async function readPhoto(files: Files): Promise<string> {
  const { width, height, rgba, cutout } = await decodePhoto(files.photo);
  if (rgba.length !== 4 * width * height) throw new Error('pixels are missing');
  return digestOf(width, height, rgba, ...(cutout ? [cutout] : []));
}

async function readMask(files: Files): Promise<string> {
  const mask = await decodeMask(files.mask, SIZE);
  if (mask.length !== PIXELS || mask.some((value) => value > 1)) throw new Error('this is no mask');
  return digestOf(mask);
}

async function labelPngs(): Promise<Uint8Array[]> {
  const random = new Random(0, 1);
  const labels = (): Sharp =>
    sharp(
      Uint8Array.from({ length: PIXELS }, () => random.below(3)),
      { raw: { ...SIZE, channels: 1 } },
    );
  const all = [await labels().png().toBuffer(), await labels().png({ progressive: true }).toBuffer()];
  all.push(await labels().toColourspace('b-w').png({ palette: true }).toBuffer());
  return all.map((bytes) => new Uint8Array(bytes));
}

export const pictureTargets: readonly Target[] = [
  ...(['png', 'jpeg', 'webp'] as const).map((format) =>
    target(`photo-${format}`, `photos in ${format.toUpperCase()} files`, 'photo', {
      ...{ sound: () => pictures(format), format, read: readPhoto },
    }),
  ),
  target('mask-png', 'masks in PNG files', 'mask', { sound: () => pictures('png'), format: 'png', read: readMask }),
  target('label-png', 'label pictures in PNG files', 'mask', {
    ...{ sound: labelPngs, format: 'png' },
    read: async (files) => digestOf(await decodeMask(files.mask, SIZE, '1')),
  }),
  target('depth-png', 'depth maps in 16-bit PNG files', 'depth map', {
    sound: async () => {
      const random = new Random(0, 2);
      const values = Uint16Array.from({ length: PIXELS }, () => random.below(65536));
      return [new Uint8Array(await encodePng16(values, SIZE.width, SIZE.height))];
    },
    format: 'png',
    read: async (files) => digestOf((await decodeDepth(files['depth map'], SIZE)).meters),
  }),
];
