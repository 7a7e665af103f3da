import { describe, expect, it } from 'vitest';
import { inspectMesh, problemsOf } from '../../../src/pipeline/mesh/closed.ts';
import { mainParts } from '../../../src/pipeline/surface/parts.ts';
import { smoothSurface } from '../../../src/pipeline/surface/smooth.ts';
import { extractSurface } from '../../../src/pipeline/surface/tetrahedra.ts';
import { ball, type Shape, torus } from './shells.ts';

/** Positive inside, negative at the border. */
function solid(shape: Shape, n = 33, half = 1) {
  const step = (2 * half) / (n - 1);
  const place = (i: number) => i * step - half;
  const values = Float32Array.from(
    { length: n ** 3 },
    (_, i) => -shape(place(Math.floor(i / n / n)), place(Math.floor(i / n) % n), place(i % n)),
  );
  return {
    counts: [n, n, n],
    origin: [-half, -half, -half],
    steps: [step, step, step],
    values,
  } as const;
}

describe('extractSurface', () => {
  it('is a closed ball of the right size', () => {
    const surface = extractSurface(solid(ball(0.7)));
    const report = inspectMesh(surface);
    expect(problemsOf(report)).toBeUndefined();
    expect(report.components).toBe(1);
    expect(report.volume).toBeCloseTo((4 / 3) * Math.PI * 0.7 ** 3, 1);
    const errors = Array.from({ length: surface.xyz.length / 3 }, (_, v) =>
      Math.abs(Math.hypot(...surface.xyz.subarray(3 * v, 3 * v + 3)) - 0.7),
    );
    expect(Math.max(...errors)).toBeLessThan(0.02);
  });

  it('is closed and manifold for noise, where every case of a cube occurs', () => {
    const n = 24;
    let state = 1;
    const random = () => ((state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647) * 2 - 1;
    const volume = solid(ball(0.9), n);
    for (let i = 0; i < volume.values.length; i++) if (volume.values[i] > -0.05) volume.values[i] = random();
    for (let x = 0; x < n; x++) {
      for (let y = 0; y < n; y++) {
        for (let z = 0; z < n; z++) {
          if ([x, y, z].some((p) => p === 0 || p === n - 1)) volume.values[(x * n + y) * n + z] = -1;
        }
      }
    }
    const report = inspectMesh(extractSurface(volume));
    expect(problemsOf({ ...report, volume: Math.abs(report.volume) })).toBeUndefined();
    expect(report.components).toBeGreaterThan(1);
  });

  it('is closed for values of exactly 0', () => {
    const volume = solid(ball(0.5), 17);
    for (let i = 0; i < volume.values.length; i++) volume.values[i] = Math.round(4 * volume.values[i]) / 4;
    expect(problemsOf(inspectMesh(extractSurface(volume)))).toBeUndefined();
  });
});

describe('mainParts', () => {
  it('leaves out specks and walls of hollows', () => {
    const shape: Shape = (x, y, z) =>
      Math.min(
        Math.max(ball(0.6)(x, y, z), -ball(0.2)(x, y, z)),
        ball(0.05, [0.9, 0.9, 0.9])(x, y, z),
        ball(0.25, [-0.7, -0.7, -0.7])(x, y, z),
      );
    const { surface, kept, dropped } = mainParts(extractSurface(solid(shape, 41)));
    expect({ kept, dropped }).toEqual({ kept: 2, dropped: 2 });
    const report = inspectMesh(surface);
    expect(problemsOf(report)).toBeUndefined();
    expect(report.components).toBe(2);
  });
});

describe('smoothSurface', () => {
  it('takes noise away, moves nothing too far and keeps the size', () => {
    const surface = extractSurface(solid(torus(0.6, 0.25), 41));
    let state = 7;
    const random = () => ((state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647) * 2 - 1;
    const noisy = surface.xyz.map((v) => v + 0.01 * random());
    const reach = 0.02;
    const smooth = smoothSurface({ xyz: noisy, triangles: surface.triangles }, reach);
    const error = (xyz: Float32Array) => {
      const far = torus(0.6, 0.25);
      let sum = 0;
      for (let v = 0; v < xyz.length; v += 3) sum += far(xyz[v], xyz[v + 1], xyz[v + 2]) ** 2;
      return Math.sqrt((3 * sum) / xyz.length);
    };
    expect(error(smooth)).toBeLessThan(0.6 * error(noisy));
    for (let k = 0; k < smooth.length; k++) expect(Math.abs(smooth[k] - noisy[k])).toBeLessThanOrEqual(reach + 1e-6);
    const volumes = [surface.xyz, smooth].map((xyz) => inspectMesh({ xyz, triangles: surface.triangles }).volume);
    expect(volumes[1] / volumes[0]).toBeCloseTo(1, 1);
  });
});
