/**
 * COCO's run-length encodings of masks. The runs of `MaskRuns` are those of COCO. Uncompressed, they are numbers.
 * Compressed, each is a few characters, six bits of a number in each: from the fourth run on, what is written is the
 * difference from the run before the last one.
 */
import type { MaskRuns } from '../../pipeline/maskRuns.ts';

/** A mask in a JSON file of COCO. */
export interface CocoRle {
  /** [height, width]. */
  readonly size: readonly [number, number];
  /** Compressed: a string. Uncompressed: lengths of runs. */
  readonly counts: string | readonly number[];
}

/** A mask in a COCO file is damaged, or has a form that is not read. */
export class CocoError extends Error {
  override name = 'CocoError';
}

/** The character of the digit 0. */
const ZERO = 48;
/** Bits of a number that a character holds; one bit more says whether another character follows. */
const BITS = 5;
const [DIGIT, SIGN, MORE] = [0x1f, 0x10, 0x20];
/** Number of runs at the beginning that are written as they are. */
const PLAIN = 3;

/** Encodes a mask in the compressed form. */
export function encodeRle({ width, height, runs }: MaskRuns): { size: [number, number]; counts: string } {
  const codes: number[] = [];
  for (let i = 0; i < runs.length; i++) {
    let value = i < PLAIN ? runs[i] : runs[i] - runs[i - 2];
    for (let more = true; more;) {
      const digit = value & DIGIT;
      value = Math.floor(value / 2 ** BITS);
      // The last digit's highest bit is the sign.
      more = digit & SIGN ? value !== -1 : value !== 0;
      codes.push(ZERO + digit + (more ? MORE : 0));
    }
  }
  return { size: [height, width], counts: textOf(codes) };
}

/** Few enough for the arguments of a call. */
const CHUNK = 4096;

const textOf = (codes: readonly number[]): string =>
  Array.from({ length: Math.ceil(codes.length / CHUNK) }, (_, i) =>
    String.fromCharCode(...codes.slice(i * CHUNK, (i + 1) * CHUNK)),
  ).join('');

/** Decodes a mask of either form. @throws CocoError if it is damaged */
export function decodeRle({ size, counts }: CocoRle): MaskRuns {
  const [height, width] = size;
  if (width * height >= 2 ** 32) {
    throw new CocoError(`The size of a mask is ${width} x ${height}; expected fewer than 2^32 pixels.`);
  }
  const runs = typeof counts === 'string' ? numbersOf(counts) : counts;
  let pixels = 0;
  for (const length of runs) {
    if (!(Number.isInteger(length) && length >= 0)) {
      throw new CocoError(`A run of a mask is ${length} pixels long; expected a whole number of at least 0.`);
    }
    pixels += length;
  }
  if (pixels !== width * height) {
    throw new CocoError(
      `The runs of a mask cover ${pixels} pixels, its size is ${width} x ${height}: they must cover ` +
        `${width * height}. The file may be cut off, or its size may be [width, height] in place of [height, width].`,
    );
  }
  return { width, height, runs: joined(runs) };
}

/** Without runs of length 0, except for the first. Files may have them. */
function joined(runs: readonly number[]): Uint32Array {
  const lengths: number[] = [];
  runs.forEach((length, i) => {
    // A run of the same kind as the last one that was kept: what lay between was empty.
    if (lengths.length > 0 && (lengths.length - 1) % 2 === i % 2) lengths[lengths.length - 1] += length;
    else if (length > 0 || i === 0) lengths.push(length);
  });
  return Uint32Array.from(lengths);
}

function numbersOf(counts: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < counts.length;) {
    let value = 0;
    let unit = 1;
    let code: number;
    do {
      // Beyond the end, charCodeAt is NaN.
      code = counts.charCodeAt(at) - ZERO;
      if (!(code >= 0 && code <= (DIGIT | MORE))) {
        const found = at < counts.length ? `has the character "${counts[at]}"` : 'ends';
        throw new CocoError(
          `The counts of a mask are damaged: the string ${found} at position ${at}, where a code was expected.`,
        );
      }
      value += (code & DIGIT) * unit;
      unit *= 2 ** BITS;
      at++;
    } while (code & MORE);
    if (code & SIGN) value -= unit;
    runs.push(runs.length < PLAIN ? value : value + runs[runs.length - 2]);
  }
  return runs;
}
