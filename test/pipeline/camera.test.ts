import { describe, expect, it } from 'vitest';
import { focalFromFov, intrinsicsArray, intrinsicsOf } from '../../src/pipeline/camera.ts';
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
