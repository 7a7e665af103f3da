import { describe, expect, it } from 'vitest';
import { packColors, spacingOf } from '../../../src/pipeline/render/cloud.ts';

const rgb = new Uint8Array(0);

describe('a cloud', () => {
  it('packs colors into words, red lowest', () => {
    const cloud = { xyz: new Float32Array(6), rgb: Uint8Array.of(1, 2, 3, 255, 0, 128) };
    expect([...packColors(cloud)]).toEqual([0x030201, 0x8000ff]);
  });

  it('refuses points without a color', () => {
    const cloud = { xyz: new Float32Array(6), rgb: new Uint8Array(3) };
    expect(() => packColors(cloud)).toThrow(RangeError('There are 2 points and 1 colors; each point needs one.'));
  });

  it('measures the spacing unless it is told', () => {
    // Twice the same place, then neighbors at 2, 2 and 5.
    const xyz = Float32Array.of(0, 0, 1, 0, 0, 1, 2, 0, 1, 7, 0, 1);
    expect(spacingOf({ xyz, rgb })).toBe(2);
    expect(spacingOf({ xyz, rgb, spacing: 0.5 })).toBe(0.5);
  });

  it('of a single place has a spacing of 1', () => {
    expect(spacingOf({ xyz: Float32Array.of(1, 2, 3), rgb })).toBe(1);
    expect(spacingOf({ xyz: new Float32Array(0), rgb })).toBe(1);
  });
});
