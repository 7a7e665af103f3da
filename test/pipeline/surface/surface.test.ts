import { describe, expect, it } from 'vitest';
import { inspectMesh, problemsOf } from '../../../src/pipeline/mesh/closed.ts';
import type { SweptField } from '../../../src/pipeline/roles.ts';
import { surfaceOf } from '../../../src/pipeline/surface/surface.ts';
import { ball, normalization, type Shape, shellField, slab, torus, viewOf } from './shells.ts';

/** The occupied points of a field, all of one color. */
function pointsOf(field: SweptField, limit = 0) {
  const indices = Uint32Array.from([...field.logits.keys()].filter((i) => field.logits[i] > limit));
  const rgb = Uint8Array.from({ length: 3 * indices.length }, (_, k) => [200, 100, 50][k % 3]);
  return { indices, logits: Float32Array.from(indices, (i) => field.logits[i]), rgb };
}

/** Distances of a mesh's vertices to a shape, in the object's frame. */
function errorsOf(xyz: Float32Array, shape: Shape): number[] {
  return Array.from({ length: xyz.length / 3 }, (_, v) => {
    const [x, y, z] = [0, 1, 2].map((a) => xyz[3 * v + a] / normalization.scale - normalization.center[a]);
    return shape(x, y, z);
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('surfaceOf', () => {
  for (const [name, shape] of [
    ['a ball', ball(0.8)],
    ['a torus', torus(0.8, 0.35)],
    ['a box', slab(0.7, 0.5, 0.4)],
  ] as const) {
    it(`is the surface of ${name}, from the shell alone`, () => {
      const field = shellField(shape);
      const { mesh, facts } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })!;
      expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
      expect(facts).toEqual({ parts: 1, dropped: 0, isHollow: true, leaks: false, touches: [] });
      // The shell's middle, but for the outer share: nearer to the inside.
      const errors = errorsOf(mesh.xyz, shape);
      expect(mean(errors.map(Math.abs))).toBeLessThan(0.05);
      expect([...mesh.rgb.subarray(0, 3)]).toEqual([200, 100, 50]);
    });
  }

  it('follows the depth where the camera sees the object', () => {
    const truth = ball(0.8);
    const field = shellField(truth);
    const points = pointsOf(field);
    const view = viewOf(truth);
    const fused = surfaceOf({ field, limit: 0, points, normalization, view })!.mesh;
    const alone = surfaceOf({ field, limit: 0, points, normalization })!.mesh;
    const front = ({ xyz }: { xyz: Float32Array }) =>
      errorsOf(xyz, truth).filter((_, v) => xyz[3 * v + 2] / 2 - 4 < -0.5);
    expect(mean(front(fused).map(Math.abs))).toBeLessThan(0.01);
    expect(mean(front(alone).map(Math.abs))).toBeGreaterThan(0.02);
    expect(problemsOf(inspectMesh(fused))).toBeUndefined();
  });

  it('closes a gap in the shell that is nearly as sure as the rest, and says so', () => {
    const shape = ball(0.8);
    const field = shellField(shape);
    const n = field.counts[0];
    const { axes, logits } = field;
    for (let i = 0; i < logits.length; i++) {
      const [x, y, z] = [axes[Math.floor(i / n / n)], axes[Math.floor(i / n) % n], axes[i % n]];
      if (z > 0 && Math.hypot(x, y) < 0.2) logits[i] = Math.min(logits[i], -0.4);
    }
    const { mesh, facts } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })!;
    expect(facts.leaks).toBe(true);
    expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
    // A ball with a hollow would have twice the surface, and volume missing.
    expect(inspectMesh(mesh).volume / 8).toBeGreaterThan(0.85 * (4 / 3) * Math.PI * 0.8 ** 3);
  });

  it('gives a thin sheet a thickness, and says that it encloses nothing', () => {
    const sheet = slab(0.8, 0.8, 0.001);
    const field = shellField(sheet);
    const { mesh, facts } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })!;
    expect(facts.isHollow).toBe(false);
    expect(facts.parts).toBe(1);
    expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
    expect(Math.max(...errorsOf(mesh.xyz, sheet))).toBeLessThan(0.1);
  });

  it('makes one part of each thing that stands alone', () => {
    const [left, right] = [ball(0.4, [-0.8, 0, 0]), ball(0.5, [0.7, 0, 0])];
    const field = shellField((...p) => Math.min(left(...p), right(...p)));
    const { facts, mesh } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })!;
    expect(facts.parts).toBe(2);
    expect(inspectMesh(mesh).components).toBe(2);
  });

  it('closes the surface at the side of the grid that the object touches', () => {
    const field = shellField(ball(0.8, [1.2, 0, 0]));
    const { facts, mesh } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })!;
    expect(facts.touches).toEqual([{ axis: 'x', end: 'high' }]);
    expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
  });

  it('is undefined without occupied points', () => {
    const field = shellField(ball(0.8));
    field.logits.fill(-2);
    expect(surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })).toBeUndefined();
  });

  it('stays at the shell if a depth that is off was estimated, and follows it if it was measured', () => {
    const truth = ball(0.8);
    const field = shellField(truth);
    const seen = viewOf(truth);
    const error = 0.12;
    const meters = seen.meters.map((z) => z + error * normalization.scale);
    const errorOf = (estimated: boolean): number => {
      const view = { ...seen, meters, estimated };
      const { xyz } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization, view })!.mesh;
      // The middle of the side that the camera sees.
      return Math.abs(mean(errorsOf(xyz, truth).filter((_, v) => xyz[3 * v + 2] / 2 - 4 < -0.6)));
    };
    expect(errorOf(true)).toBeLessThan(0.03);
    expect(errorOf(false)).toBeGreaterThan(0.75 * error);
  });

  it('is a small closed thing for a few points, and nothing for one', () => {
    const field = shellField(ball(0.8));
    const n = field.counts[0];
    const middle = 15 * (n * n + n + 1);
    field.logits.fill(-2);
    field.logits[middle] = 1;
    expect(surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })).toBeUndefined();
    for (const offset of [0, 1, n, n + 1, n * n, n * n + 1, n * n + n, n * n + n + 1])
      field.logits[middle + offset] = 3;
    const { mesh } = surfaceOf({ field, limit: 0, points: pointsOf(field), normalization })!;
    expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
  });

  it('colors what no occupied point is near to like its neighbors', () => {
    const field = shellField(ball(0.8));
    const all = pointsOf(field);
    const keep = [...all.indices.keys()].filter((k) => all.indices[k] % field.counts[2] < 12);
    const points = {
      indices: Uint32Array.from(keep, (k) => all.indices[k]),
      logits: Float32Array.from(keep, (k) => all.logits[k]),
      rgb: Uint8Array.from(keep.flatMap(() => [10, 20, 30])),
    };
    const { mesh } = surfaceOf({ field, limit: 0, points, normalization })!;
    for (let k = 0; k < mesh.rgb.length; k++) expect(mesh.rgb[k]).toBe([10, 20, 30][k % 3]);
  });
});
