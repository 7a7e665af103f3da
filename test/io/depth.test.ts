import { describe, expect, it } from 'vitest';
import { depthColors, depthPicture, depthPreview, depthToMillimeters, turbo } from '../../src/io/index.ts';

describe('depth in millimeters', () => {
  it('rounds, saturates and keeps 0 for pixels without depth', () => {
    const image = depthToMillimeters(
      new Float32Array([1.2344, 1.2346, 0.0001, 65.535, 65.6, 1e9, NaN, Infinity, 0, -1]),
    );
    expect([...image.millimeters]).toEqual([1234, 1235, 1, 65535, 65535, 65535, 0, 0, 0, 0]);
    expect(image.saturated).toBe(2);
    expect(image.missing).toBe(4);
  });
});

describe('depth preview', () => {
  it('paints near red, far blue and missing black, whatever outliers do', () => {
    const depth = Float32Array.from({ length: 1000 }, (_, i) => 1 + i / 1000);
    depth[0] = 1e-6;
    depth[999] = 1e6;
    depth[500] = NaN;
    const rgb = depthPreview(depth);
    const at = (i: number) => [...rgb.subarray(3 * i, 3 * i + 3)];
    expect(at(1)).toEqual(turbo(1));
    expect(at(998)).toEqual(turbo(0));
    expect(at(500)).toEqual([0, 0, 0]);
    expect(at(250)[0]).toBeGreaterThan(at(250)[2]);
    expect(at(750)[2]).toBeGreaterThan(at(750)[0]);
  });

  it('paints a flat depth in one color, and no depth at all in black', () => {
    expect([...depthPreview(new Float32Array([2, 2]))]).toEqual([...turbo(0.5), ...turbo(0.5)]);
    expect([...depthPreview(new Float32Array([NaN, 0]))]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is the depth picture without its alpha', () => {
    const depth = Float32Array.of(1, 2, NaN, 4, 5, 6);
    const { rgba, width, height, near, far } = depthPicture(depth, 3, 2);
    expect([width, height, near, far]).toEqual([3, 2, 1, 6]);
    const rgb = depthPreview(depth);
    for (let i = 0; i < 6; i++)
      expect([...rgba.subarray(4 * i, 4 * i + 4)]).toEqual([...rgb.subarray(3 * i, 3 * i + 3), 255]);
    expect([...rgb.subarray(0, 3)]).toEqual(depthColors(0));
    expect([...rgb.subarray(9, 12)]).toEqual(depthColors(0.6));
    expect(depthColors(7)).toEqual(depthColors(1));
  });

  it('has no range without a depth, and refuses other sizes', () => {
    expect(depthPicture(Float32Array.of(NaN, 0), 2, 1)).toMatchObject({ near: NaN, far: NaN });
    expect(() => depthPicture(new Float32Array(5), 3, 2)).toThrow('5 depths are not 3 x 2 pixels');
  });

  it('stays near the published turbo table', () => {
    // Entries 64, 128 and 192 of the published 256-entry table; the polynomials follow it to a tenth of the range.
    const table: [number, number[]][] = [
      [64 / 255, [40, 188, 235]],
      [128 / 255, [164, 252, 60]],
      [192 / 255, [251, 126, 33]],
    ];
    for (const [t, color] of table) {
      turbo(t).forEach((value, channel) => expect(Math.abs(value - color[channel])).toBeLessThanOrEqual(25));
    }
  });
});
