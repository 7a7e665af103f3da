import { describe, expect, it } from 'vitest';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { roughMaskLogits } from '../../src/pipeline/sam/roughMask.ts';

/** 64 x 64 cells of 4 pixels each. */
const config = samConfigs.small;
const SIDE = 64;

/** A photo's mask: 1 where `inside` says so. */
const maskOf = (width: number, height: number, inside: (x: number, y: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => Number(inside(i % width, Math.floor(i / width))));

const cell = (logits: Float32Array, x: number, y: number): number => logits[y * SIDE + x];

describe('roughMaskLogits', () => {
  it('is 10 inside and -10 outside, at the network’s own size', () => {
    const mask = maskOf(256, 256, (x, y) => x >= 64 && x < 128 && y >= 32 && y < 64);
    const logits = roughMaskLogits(mask, { width: 256, height: 256 }, config);
    expect(logits).toHaveLength(SIDE * SIDE);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        expect(cell(logits, x, y)).toBe(x >= 16 && x < 32 && y >= 8 && y < 16 ? 10 : -10);
      }
    }
  });

  it('grades cells that the mask covers in part', () => {
    // The edge lies at a quarter of the third cell.
    const logits = roughMaskLogits(
      maskOf(256, 256, (x) => x < 9),
      { width: 256, height: 256 },
      config,
    );
    expect([0, 1, 2, 3].map((x) => cell(logits, x, 5))).toEqual([10, 10, -5, -10]);
  });

  it.each([
    ['wide', 512, 256, SIDE, SIDE / 2],
    ['tall', 100, 400, SIDE / 4, SIDE],
    ['small', 32, 16, SIDE, SIDE / 2],
  ])('leaves the padding of a %s photo outside', (_, width, height, filledWidth, filledHeight) => {
    const logits = roughMaskLogits(new Uint8Array(width * height).fill(1), { width, height }, config);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        expect(cell(logits, x, y)).toBeCloseTo(x < filledWidth && y < filledHeight ? 10 : -10, 5);
      }
    }
  });

  it('keeps the share of the photo that is covered', () => {
    const [width, height] = [301, 197];
    const mask = maskOf(width, height, (x, y) => (x - 150) ** 2 + (y - 100) ** 2 < 60 ** 2);
    const logits = roughMaskLogits(mask, { width, height }, config);
    const covered = mask.reduce((sum, value) => sum + value, 0) / (width * width);
    const share = logits.reduce((sum, value) => sum + (value / 10 + 1) / 2, 0) / SIDE ** 2;
    expect(share).toBeCloseTo(covered, 2);
  });
});
