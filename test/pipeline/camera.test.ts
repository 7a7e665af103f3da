import { vec3 } from 'gl-matrix';
import { describe, expect, it } from 'vitest';
import { focalFromFov, intrinsicsArray, intrinsicsOf, orbitView } from '../../src/pipeline/camera.ts';
import { golden } from '../setup/golden.ts';

describe('intrinsics', () => {
  it('are those of the released code', async () => {
    for (const name of ['pipe_corner', 'pipe_small_object']) {
      const fixture = await golden(name);
      const size = fixture.meta<{ width: number; height: number }>('config');
      const [[fx, , cx], [, fy, cy]] = fixture.meta<number[][]>('intrinsics');
      const ours = intrinsicsOf(size);
      expect(ours.fx).toBeCloseTo(fx, 10);
      expect({ ...ours, fx, fy }).toEqual({ fx, fy, cx, cy });
      expect(ours.fy).toBe(ours.fx);
    }
  });

  it('take a focal length, and give kernels four numbers', () => {
    expect(focalFromFov(100, 90)).toBeCloseTo(50, 12);
    expect([...intrinsicsArray(intrinsicsOf({ width: 30, height: 21 }, 40))]).toEqual([40, 40, 15, 10.5]);
  });

  it('refuse what is no angle and no length', () => {
    expect(() => focalFromFov(100, 180)).toThrow(/field of view of 180 degrees/);
    expect(() => focalFromFov(100, NaN)).toThrow(/field of view of NaN degrees/);
    expect(() => intrinsicsOf({ width: 30, height: 21 }, 0)).toThrow(/focal length of 0 pixels/);
    expect(() => intrinsicsOf({ width: 30, height: 21 }, Infinity)).toThrow(/focal length of Infinity pixels/);
  });
});

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
