import { type mat4, vec3 } from 'gl-matrix';
import { describe, expect, it } from 'vitest';
import { frameOf, orbitView, photoView, sheetViews } from '../../../src/pipeline/render/views.ts';

describe('orbitView', () => {
  const seen = (yaw: number, pitch: number, point: vec3) => [
    ...vec3.transformMat4(vec3.create(), point, orbitView(vec3.fromValues(0, 0, 2), 5, yaw, pitch)),
  ];
  const close = (actual: number[], expected: number[]) =>
    expected.forEach((v, i) => expect(actual[i]).toBeCloseTo(v, 5));

  it('looks at the target from the photo, with y up', () => {
    close(seen(0, 0, vec3.fromValues(0, 0, 2)), [0, 0, -5]);
    close(seen(0, 0, vec3.fromValues(1, 0, 2)), [1, 0, -5]);
    close(seen(0, 0, vec3.fromValues(0, 1, 2)), [0, -1, -5]); // y down in the photo
    close(seen(0, 0, vec3.fromValues(0, 0, 3)), [0, 0, -6]); // farther away
  });

  it('turns to the right side, the back and the top', () => {
    close(seen(90, 0, vec3.fromValues(1, 0, 2)), [0, 0, -4]); // the right side comes near
    close(seen(180, 0, vec3.fromValues(1, 0, 2)), [-1, 0, -5]);
    close(seen(0, 90, vec3.fromValues(0, -1, 2)), [0, 0, -4]); // the top comes near
    close(seen(0, 90, vec3.fromValues(0, 0, 3)), [0, 1, -5]); // what is far in the photo is up
  });
});

describe('sheetViews', () => {
  it('cover the sheet without overlap', () => {
    const rects = sheetViews({ middle: vec3.create(), radius: 1 }, 100).map(({ rect }) => rect);
    const area = rects.reduce((sum, { left, top, right, bottom }) => sum + (right - left) * (bottom - top), 0);
    expect(area).toBe(200 * 100);
    expect(Math.max(...rects.map(({ right }) => right))).toBe(200);
  });

  it('see the whole sphere around the object', () => {
    const radius = 3;
    for (const { matrix, rect, focal, near, far } of sheetViews({ middle: vec3.fromValues(1, 2, 9), radius }, 100)) {
      const middle = vec3.transformMat4(vec3.create(), vec3.fromValues(1, 2, 9), matrix as mat4);
      expect(near).toBeLessThan(-middle[2] - radius);
      expect(far).toBeGreaterThan(-middle[2] + radius);
      // The rim of a sphere is seen under asin(radius / distance).
      const rim = focal * Math.tan(Math.asin(radius / -middle[2]));
      expect(rim).toBeLessThan((rect.right - rect.left) / 2);
    }
  });
});

describe('frameOf', () => {
  it('is as large as the points, with a margin of their spacing', () => {
    const { middle, radius } = frameOf(Float32Array.of(-1, 0, 5, 1, 0, 5), 0.1);
    expect([...middle]).toEqual([0, 0, 5]);
    expect(radius).toBeCloseTo(1.1, 6);
  });

  it('is as large as the spacing where there is no point', () => {
    expect(frameOf(new Float32Array(0), 0.25)).toEqual({ middle: vec3.create(), radius: 0.25 });
  });
});

describe('photoView', () => {
  const camera = { fx: 100, fy: 50, cx: 30, cy: 20 };
  const size = { width: 64, height: 48 };

  it('shows the part of the photo that the points lie in', () => {
    // Pixels (10, 15) and (40.2, 30), whose centers are half a pixel further on the picture.
    const xyz = Float32Array.of(-0.4, -0.2, 2, 0.408, 0.8, 4);
    const { rect, matrix, focal, near, far } = photoView(xyz, camera, size);
    expect(rect).toEqual({ left: 10, top: 15, right: 41, bottom: 31 });
    const [x, y, z] = vec3.transformMat4(vec3.create(), vec3.fromValues(-0.4, -0.2, 2), matrix as mat4);
    expect((rect.left + rect.right) / 2 - (focal * x) / z).toBeCloseTo(10.5, 4);
    expect((rect.top + rect.bottom) / 2 + (focal * y) / z).toBeCloseTo(15.5, 4);
    expect(z).toBe(-2);
    expect(near).toBeLessThan(2);
    expect(far).toBeGreaterThan(4);
  });

  it('stays inside the photo, also where the points do not', () => {
    const rectOf = (...xyz: number[]) => photoView(Float32Array.from(xyz), camera, size).rect;
    expect(rectOf(-9, -9, 1, 9, 9, 1)).toEqual({ left: 0, top: 0, right: 64, bottom: 48 });
    expect(rectOf(9, 9, 1, 9.5, 9.5, 1)).toEqual({ left: 63, top: 47, right: 64, bottom: 48 });
    expect(rectOf(-9.5, -9.5, 1, -9, -9, 1)).toEqual({ left: 0, top: 0, right: 1, bottom: 1 });
  });
});
