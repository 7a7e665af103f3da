import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedFor } from '../../src/graph/shared.ts';
import type { HostArray } from '../../src/graph/transfer.ts';
import { intrinsicsOf } from '../../src/pipeline/camera.ts';
import { GeometryError, visiblePoints } from '../../src/pipeline/points/geometry.ts';
import { toCamera } from '../../src/pipeline/points/normalization.ts';
import { SeenPoints } from '../../src/pipeline/points/seenPoints.ts';
import { depth as syntheticDepth, image, objectMask } from '../../weights/syntheticScene.ts';
import { testDevice } from '../setup/evaluate.ts';
import { golden, type Golden } from '../setup/golden.ts';
import { EPS, expectClose, maxAbs } from '../setup/numbers.ts';

/** RGB bytes as RGBA words. */
const wordsOf = (rgb: ArrayLike<number>): Uint32Array =>
  Uint32Array.from(
    { length: rgb.length / 3 },
    (_, i) => rgb[3 * i] | (rgb[3 * i + 1] << 8) | (rgb[3 * i + 2] << 16) | (255 << 24),
  );

/** Every `step`th row and column of a map [H, W, C]. */
function strided(map: ArrayLike<number>, W: number, C: number, step: number): number[] {
  const out: number[] = [];
  for (let y = 0; y < map.length / (W * C); y += step) {
    for (let x = 0; x < W; x += step) for (let c = 0; c < C; c++) out.push(map[(y * W + x) * C + c]);
  }
  return out;
}

/** Photo, mask and depth of a fixture; the larger ones are generated. */
async function sceneOf(fixture: Golden) {
  const { height, width, rect } = fixture.meta<{
    height: number;
    width: number;
    rect: [number, number, number, number];
  }>('config');
  const seed = fixture.meta<number>('seed');
  const stored = height * width < 60000;
  return {
    photo: { width, height, words: wordsOf(stored ? fixture.u32('rgb') : image(seed, height, width)) },
    mask: stored ? fixture.u32('mask') : Uint32Array.from(objectMask(seed, height, width, rect)),
    depth: stored ? fixture.f32('depth') : syntheticDepth(seed, height, width),
    camera: intrinsicsOf({ width, height }),
  };
}

describe('seen points', () => {
  let seen: SeenPoints;
  const taps = new Map<string, HostArray>();

  beforeAll(async () => {
    const inspection = { wants: () => true, found: (tap: string, _: unknown, data: HostArray) => taps.set(tap, data) };
    seen = new SeenPoints({ ...sharedFor(await testDevice()), inspection });
  });
  afterAll(() => seen.dispose());

  for (const name of ['pipe_corner', 'pipe_small_object']) {
    it(`${name}: equal to the released code, step by step`, async () => {
      const fixture = await golden(name);
      const { photo, mask, depth, camera } = await sceneOf(fixture);
      const result = await seen.see(photo, mask, { depth, camera });
      const { scale, center } = result.normalization;

      expect(result.crop.box).toEqual(fixture.meta('cropBox'));
      expect(result.crop.side).toBe(fixture.meta('side'));
      expect(result.crop.maskCount).toBe(fixture.meta('maskCount'));
      expect(result.crop.pointCount).toBe(fixture.meta('maskCount'));
      expect(result.crop.validCount).toBe(fixture.meta('validCount'));
      expect(result.valid).toEqual(fixture.u32('valid'));

      // Means and deviations of a thousand points, in float32 on both sides.
      const goldenScale = fixture.meta<number>('scale');
      expect(Math.abs(scale / goldenScale - 1)).toBeLessThan(64 * EPS);
      const goldenCenter = fixture.meta<number[]>('centre');
      const reach = maxAbs(goldenCenter);
      expectClose(center, goldenCenter, 64 * EPS * reach, 'center');

      const step = fixture.meta<Record<string, number[]>>('strides').points[0];
      for (const [tap, key] of [
        ['points', 'points'],
        ['normalized', 'normalised'],
      ]) {
        const ours = strided(taps.get(tap)!, photo.width, 3, step);
        const expected = fixture.f32(key).map((v) => (Number.isFinite(v) ? v : 0)); // infinite outside the mask
        expectClose(ours, expected, (tap === 'points' ? 8 : 64 * reach) * EPS * Math.max(1, maxAbs(expected)), tap);
      }
      expectClose(result.xyz, fixture.f32('xyz'), 64 * EPS * (reach + 4), 'xyz');

      const rgb = strided(result.rgb, 800, 3, 25); // [32, 32, 3]; the fixture has channels first
      const expected = fixture.f32('rgb800');
      const channelsLast = rgb.map((_, k) => expected[(k % 3) * 1024 + Math.floor(k / 3)]);
      expectClose(rgb, channelsLast, 16 * EPS, 'rgb800');
    });
  }

  it('takes a map of points instead of depth', async () => {
    const { photo, mask, depth, camera } = await sceneOf(await golden('pipe_corner'));
    const points = Float32Array.from({ length: 3 * depth.length }, (_, k) => {
      const i = Math.floor(k / 3);
      const ray = [
        ((i % photo.width) - camera.cx) / camera.fx,
        (Math.floor(i / photo.width) - camera.cy) / camera.fy,
        1,
      ];
      return ray[k % 3] * depth[i];
    });
    const byDepth = await seen.see(photo, mask, { depth, camera });
    const byPoints = await seen.see(photo, mask, { points });
    expect(byPoints.crop.validCount).toBe(byDepth.crop.validCount);
    expectClose(byPoints.xyz, byDepth.xyz, 64 * EPS * (maxAbs(byDepth.normalization.center) + 4));

    points[3 * mask.indexOf(1)] = NaN;
    expect((await seen.see(photo, mask, { points })).crop.pointCount).toBe(byPoints.crop.pointCount - 1);
  });

  it('skips invalid depths', async () => {
    const { photo, mask, depth, camera } = await sceneOf(await golden('pipe_corner'));
    const broken = Float32Array.from(depth);
    const inside = [...mask.keys()].filter((i) => mask[i]).slice(100, 104);
    inside.forEach((i, k) => (broken[i] = [NaN, 0, -1, Infinity][k]));
    const result = await seen.see(photo, mask, { depth: broken, camera });
    expect(result.crop.pointCount).toBe(result.crop.maskCount - 4);
    expect(result.xyz.every(Number.isFinite)).toBe(true);
  });

  it('says what is wrong with a mask or a depth map that shows nothing', async () => {
    const [width, height] = [40, 30];
    const photo = { width, height, words: new Uint32Array(width * height) };
    const camera = intrinsicsOf(photo);
    const depth = new Float32Array(width * height).fill(2);
    const only = (...pixels: number[]) => Uint32Array.from(depth, (_, i) => (pixels.includes(i) ? 1 : 0));
    const all = new Uint32Array(width * height).fill(1);
    const see = (mask: Uint32Array, d: Float32Array) => seen.see(photo, mask, { depth: d, camera });

    await expect(see(only(), depth)).rejects.toThrow(/mask is empty/);
    await expect(see(only(7), depth)).rejects.toThrow(/Of the mask's 1 pixels 1 have a depth; at least 2 are needed/);
    await expect(
      see(
        all,
        depth.map(() => NaN),
      ),
    ).rejects.toThrow(/Of the mask's 1200 pixels 0 have a depth/);
    await expect(see(only(7, 350), depth)).rejects.toThrow(/none is left on the 112 x 112 map/);
    const points = new Float32Array(3 * width * height).fill(1);
    const onePlace = seen.see(photo, all, { points });
    await expect(onePlace).rejects.toThrow(/All 1200 points of the object lie in one place/);
    await expect(onePlace).rejects.toBeInstanceOf(GeometryError);
  });
});

describe("the photo's camera frame", () => {
  it('is where the normalization came from', () => {
    const normalization = { scale: 0.5, center: [1, -2, 8] } as const;
    expect([...toCamera(Float32Array.of(0, 0, 0, 1, 2, 3), normalization)]).toEqual([0.5, -1, 4, 1, 0, 5.5]);
  });

  it('holds the colored points that the photo shows', () => {
    const photo = { width: 3, height: 1, words: Uint32Array.of(0xff030201, 0xff060504, 0xff090807) };
    const camera = { fx: 2, fy: 2, cx: 1, cy: 0 };
    const { xyz, rgb } = visiblePoints(photo, [1, 1, 1], { depth: Float32Array.of(4, NaN, 2), camera });
    expect([...xyz]).toEqual([-2, 0, 4, 1, 0, 2]);
    expect([...rgb]).toEqual([1, 2, 3, 7, 8, 9]);
    const points = Float32Array.of(1, 2, 3, NaN, NaN, NaN, 4, 5, 6);
    expect(visiblePoints(photo, [0, 1, 1], { points })).toEqual({
      xyz: Float32Array.of(4, 5, 6),
      rgb: Uint8Array.of(7, 8, 9),
    });
  });
});
