import { describe, expect, it } from 'vitest';
import { sharedFor } from '../../../src/graph/shared.ts';
import type { Cloud } from '../../../src/pipeline/render/cloud.ts';
import { renderSheet } from '../../../src/pipeline/render/sheet.ts';
import { testDevice } from '../../setup/evaluate.ts';

/** A cube of 9 points a side, 1 m away, whose sides have colors of their own; x right, y down, z away. */
function cube(): Cloud {
  const xyz: number[] = [];
  const rgb: number[] = [];
  const colorOf = (x: number, y: number, z: number) => {
    if (z === -4) return [220, 40, 40]; // front: red
    if (x === 4) return [40, 200, 40]; // right: green
    if (z === 4) return [40, 40, 220]; // back: blue
    if (x === -4) return [220, 200, 40]; // left: yellow
    return y === -4 ? [200, 200, 200] : [20, 20, 20]; // top: gray, below: black
  };
  for (let x = -4; x <= 4; x++) {
    for (let y = -4; y <= 4; y++) {
      for (let z = -4; z <= 4; z++) {
        if (Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) < 4) continue;
        xyz.push(0.1 * x, 0.1 * y, 0.1 * z + 5);
        rgb.push(...colorOf(x, y, z));
      }
    }
  }
  return { xyz: Float32Array.from(xyz), rgb: Uint8Array.from(rgb) };
}

describe('renderSheet', () => {
  it('shows front, right, back, left and top in their places', async () => {
    const { width, height, rgba } = await renderSheet(sharedFor(await testDevice()), cube(), { height: 120 });
    expect([width, height, rgba.length]).toEqual([240, 120, 240 * 120 * 4]);
    const at = (x: number, y: number) => [...rgba.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
    /** Which channels are the strong ones. */
    const hue = (x: number, y: number) => at(x, y).map((c) => (c > 110 ? 1 : 0));
    expect(hue(60, 64)).toEqual([1, 0, 0]);
    expect(hue(150, 32)).toEqual([0, 1, 0]);
    expect(hue(210, 32)).toEqual([0, 0, 1]);
    expect(hue(150, 92)).toEqual([1, 1, 0]);
    expect(hue(210, 90)).toEqual([1, 1, 1]);
    // Corners of all views are background: light, opaque.
    for (const [x, y] of [
      [1, 1],
      [118, 118],
      [122, 2],
      [238, 118],
    ]) {
      expect(Math.min(...at(x, y))).toBeGreaterThan(190);
    }
    expect(rgba.filter((_, i) => i % 4 === 3).every((a) => a === 255)).toBe(true);
  });

  it('frames the object, not its stray points', async () => {
    const shared = sharedFor(await testDevice());
    const { xyz, rgb } = cube();
    const stray = { xyz: Float32Array.of(...xyz, 40, 0, 5), rgb: Uint8Array.of(...rgb, 0, 0, 0) };
    const [one, two] = [
      await renderSheet(shared, cube(), { height: 64 }),
      await renderSheet(shared, stray, { height: 64 }),
    ];
    expect(two.rgba).toEqual(one.rgba);
  });

  it('measures the spacing that it is not told', async () => {
    const shared = sharedFor(await testDevice());
    const told = await renderSheet(shared, { ...cube(), spacing: 0.1 }, { height: 64 });
    const measured = await renderSheet(shared, cube(), { height: 64 });
    // Coordinates around 5 are rounded, so the distance is 0.1 to about 1e-6.
    const different = told.rgba.filter((v, i) => Math.abs(v - measured.rgba[i]) > 2).length;
    expect(different).toBeLessThan(0.01 * told.rgba.length);
    const wide = await renderSheet(shared, { ...cube(), spacing: 0.3 }, { height: 64 });
    expect(wide.rgba.filter((v, i) => Math.abs(v - told.rgba[i]) > 2).length).toBeGreaterThan(0.1 * told.rgba.length);
  });

  it('draws nothing and a single point', async () => {
    const shared = sharedFor(await testDevice());
    const nothing = await renderSheet(shared, { xyz: new Float32Array(0), rgb: new Uint8Array(0) }, { height: 32 });
    expect(Math.min(...nothing.rgba)).toBeGreaterThan(190);
    const point = { xyz: Float32Array.of(1, 2, 3), rgb: Uint8Array.of(0, 0, 0) };
    const { rgba } = await renderSheet(shared, point, { height: 32 });
    expect(rgba[4 * (16 * 64 + 16)]).toBeLessThan(80);
  });

  it('needs a color for each point', async () => {
    const shared = sharedFor(await testDevice());
    const drawing = renderSheet(shared, { xyz: new Float32Array(6), rgb: new Uint8Array(3) });
    await expect(drawing).rejects.toThrow(/2 points and 1 colors/);
  });
});
