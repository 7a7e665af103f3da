/** A picture of all masks of a photo: each in a color of its own, with its number. */
import type { FoundMask } from '../../pipeline/everything/foundMask.ts';
import { eachStretch } from '../../pipeline/maskRuns.ts';
import type { Photo } from '../../pipeline/photo.ts';

type Rgb = readonly [number, number, number];

/** Share of a mask's color in its pixels, and of what is left of the photo where there is no mask. */
const [TINT, DIMMED] = [0.55, 0.4];
/** Turning the hue by this share of a circle keeps neighboring colors far apart: the golden section. */
const GOLDEN = 0.618034;

/**
 * Draws larger masks first, so that smaller ones lie on them. The numbers are those of the file: a number stands where
 * the point was that found its mask.
 * @returns [height, width, 3] sRGB bytes
 */
export function masksPicture({ width, height, rgba }: Photo, found: readonly FoundMask[]): Uint8Array {
  const picture = Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => DIMMED * rgba[4 * Math.floor(i / 3) + (i % 3)],
  );
  const order = [...found.keys()].sort((a, b) => found[b].area - found[a].area);
  for (const i of order) {
    const color = colorOf(i);
    eachStretch(found[i].mask, (x, top, bottom) => {
      for (let y = top; y < bottom; y++) {
        const at = y * width + x;
        for (let c = 0; c < 3; c++) picture[3 * at + c] = TINT * color[c] + (1 - TINT) * rgba[4 * at + c];
      }
    });
  }
  // A pixel of a digit, in pixels of the photo.
  const unit = Math.max(1, Math.round(Math.min(width, height) / 240));
  for (const i of order) {
    const { x, y } = found[i].point;
    drawNumber(picture, { width, height }, i + 1, [Math.floor(x), Math.floor(y)], unit);
  }
  return picture;
}

/** A bright color: hues of neighboring numbers are far apart. */
function colorOf(i: number): Rgb {
  const hue = 6 * ((i * GOLDEN) % 1);
  const channel = (shift: number): number => 255 * Math.min(1, Math.max(0, Math.abs(((hue + shift) % 6) - 3) - 1));
  return [channel(0), channel(4), channel(2)];
}

/** Digits of 3 by 5 pixels: rows from the top, the left pixel in the highest of three bits. */
const DIGITS = ['75557', '26227', '71747', '71717', '55711', '74717', '74757', '71111', '75757', '75717'] as const;
const [DIGIT_WIDTH, DIGIT_HEIGHT] = [3, 5];

/** Draws a number in white on a black ground, with its middle at `at` or as near as the picture allows. */
function drawNumber(
  picture: Uint8Array,
  { width, height }: Pick<Photo, 'width' | 'height'>,
  number: number,
  [x, y]: readonly [number, number],
  unit: number,
): void {
  const digits = String(number);
  const across = unit * (digits.length * (DIGIT_WIDTH + 1) + 1);
  const down = unit * (DIGIT_HEIGHT + 2);
  const left = Math.max(0, Math.min(x - Math.floor(across / 2), width - across));
  const top = Math.max(0, Math.min(y - Math.floor(down / 2), height - down));
  for (let dy = 0; dy < Math.min(down, height); dy++) {
    for (let dx = 0; dx < Math.min(across, width); dx++) {
      const [column, row] = [Math.floor(dx / unit) - 1, Math.floor(dy / unit) - 1];
      const digit = DIGITS[Number(digits[Math.floor(column / (DIGIT_WIDTH + 1))] ?? 0)];
      const bit = 4 >> (column % (DIGIT_WIDTH + 1));
      const isInk = column >= 0 && row >= 0 && row < DIGIT_HEIGHT && (Number(digit[row]) & bit) !== 0;
      picture.fill(isInk ? 255 : 0, 3 * ((top + dy) * width + left + dx), 3 * ((top + dy) * width + left + dx) + 3);
    }
  }
}
