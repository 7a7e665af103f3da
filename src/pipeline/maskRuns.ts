/**
 * Masks as runs: lengths of stretches of equal pixels, alternately outside and inside. A mask has far fewer runs than
 * pixels, so hundreds of masks of one photo fit into memory. The order is that of COCO: column by column, each from the
 * top.
 */
import type { Size } from './photo.ts';

/** [left, top, right, bottom] in pixels. */
export type PixelBox = readonly [number, number, number, number];

/** A mask of a photo. */
export interface MaskRuns extends Size {
  /**
   * Lengths of the runs, column by column: outside, inside, outside and so on. Their sum is width * height. Only the
   * first may be 0, if the first pixel is inside.
   */
  readonly runs: Uint32Array;
}

/** Collects the stretches of pixels that are inside, in order, and joins those that touch. */
class RunCollector {
  private readonly lengths: number[] = [];
  /** Where the last stretch ends. */
  private end = 0;

  constructor(private readonly size: Size) {}

  /** Adds the pixels [start, end), counted column by column. They come after those of earlier calls. */
  add(start: number, end: number): void {
    if (start === this.end && this.lengths.length > 0) this.lengths[this.lengths.length - 1] += end - start;
    else this.lengths.push(start - this.end, end - start);
    this.end = end;
  }

  /** The mask of all pixels that were added. */
  finish(): MaskRuns {
    const { width, height } = this.size;
    const rest = width * height - this.end;
    return { width, height, runs: Uint32Array.from(rest > 0 ? [...this.lengths, rest] : this.lengths) };
  }
}

/** The runs of a mask [height, width], which is not 0 inside. */
export function runsOf(mask: ArrayLike<number>, size: Size): MaskRuns {
  const { width, height } = size;
  const collector = new RunCollector(size);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (!mask[y * width + x]) continue;
      const top = y;
      while (y < height && mask[y * width + x]) y++;
      collector.add(x * height + top, x * height + y);
    }
  }
  return collector.finish();
}

/**
 * The runs of a mask as bits: ceil(height / 32) words for each column, the upper pixel in the lower bit. Bits below the
 * last row are 0.
 */
export function runsOfBits(bits: Uint32Array, size: Size): MaskRuns {
  const { width, height } = size;
  const words = Math.ceil(height / 32);
  const collector = new RunCollector(size);
  for (let x = 0; x < width; x++) {
    let above = 0;
    let top: number | undefined;
    for (let k = 0; k < words; k++) {
      const word = bits[x * words + k];
      // Set where a pixel differs from the one above it.
      let changes = word ^ ((word << 1) | above);
      above = word >>> 31;
      for (; changes !== 0; changes &= changes - 1) {
        const y = 32 * k + 31 - Math.clz32(changes & -changes);
        if (top !== undefined) collector.add(x * height + top, x * height + y);
        top = top === undefined ? y : undefined;
      }
    }
    if (top !== undefined) collector.add(x * height + top, (x + 1) * height);
  }
  return collector.finish();
}

/** The mask of a part of a photo, which begins at (left, top) -> the same mask of the whole photo. */
export function placed(mask: MaskRuns, [left, top]: readonly [number, number], photo: Size): MaskRuns {
  if (mask.width === photo.width && mask.height === photo.height) return mask;
  const collector = new RunCollector(photo);
  eachStretch(mask, (x, from, to) => {
    const column = (x + left) * photo.height + top;
    collector.add(column + from, column + to);
  });
  return collector.finish();
}

/** Calls `visit` for the part [top, bottom) of each column that a run covers, from left to right. */
export function eachStretch({ height, runs }: MaskRuns, visit: (x: number, top: number, bottom: number) => void): void {
  let start = 0;
  runs.forEach((length, i) => {
    const end = start + length;
    if (i % 2 === 1) {
      for (let at = start; at < end;) {
        const x = Math.floor(at / height);
        const next = Math.min(end, (x + 1) * height);
        visit(x, at - x * height, next - x * height);
        at = next;
      }
    }
    start = end;
  });
}

/** The mask [height, width] of 0 and 1. */
export function maskOf(runs: MaskRuns): Uint8Array {
  const { width, height } = runs;
  const mask = new Uint8Array(width * height);
  eachStretch(runs, (x, top, bottom) => {
    for (let y = top; y < bottom; y++) mask[y * width + x] = 1;
  });
  return mask;
}

/** Whether a pixel is inside. */
export function contains({ height, runs }: MaskRuns, x: number, y: number): boolean {
  let left = x * height + y;
  let i = 0;
  for (; i < runs.length && left >= runs[i]; i++) left -= runs[i];
  return i % 2 === 1 && i < runs.length;
}

/** Number of pixels inside. */
export const areaOf = ({ runs }: MaskRuns): number =>
  runs.reduce((sum, length, i) => (i % 2 === 1 ? sum + length : sum), 0);

/** Number of pixels inside both of two masks of one size. */
export function sharedArea(a: MaskRuns, b: MaskRuns): number {
  let [shared, i, j] = [0, 0, 0];
  let [endA, endB] = [a.runs[0] ?? 0, b.runs[0] ?? 0];
  for (let at = 0; i < a.runs.length && j < b.runs.length;) {
    const end = Math.min(endA, endB);
    if (i % 2 === 1 && j % 2 === 1) shared += end - at;
    at = end;
    if (endA === end) endA += a.runs[++i] ?? 0;
    if (endB === end) endB += b.runs[++j] ?? 0;
  }
  return shared;
}

/** First and last column and row of the pixels inside: left, top, right, bottom; zeros for an empty mask. */
export function boxOf(mask: MaskRuns): PixelBox {
  let [left, top, right, bottom] = [mask.width, mask.height, -1, -1];
  eachStretch(mask, (x, from, to) => {
    left = Math.min(left, x);
    right = x;
    top = Math.min(top, from);
    bottom = Math.max(bottom, to - 1);
  });
  return right < 0 ? [0, 0, 0, 0] : [left, top, right, bottom];
}

/** The pixels that are inside any of several masks of one size. @param masks at least one */
export function unionOf(masks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(masks[0].length);
  for (const mask of masks) mask.forEach((value, pixel) => (all[pixel] |= value));
  return all;
}
