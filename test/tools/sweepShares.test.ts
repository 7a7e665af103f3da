import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createEngine } from '../../src/node.ts';
import { focalFromFov } from '../../src/pipeline/camera.ts';
import { CompletedObject, type ObjectPoints } from '../../src/pipeline/session/completedObject.ts';
import { readScene } from '../../tools/eval/scene.ts';
import { sharesOf, showShares } from '../../tools/sweep/shares.ts';
import { root } from '../../tools/setup/process.mjs';

/** An object of points at places of a grid of 100, which have one logit each. */
function objectOf(logits: Record<number, number>, minThreshold: number, queries: number): CompletedObject {
  const indices = Uint32Array.from(Object.keys(logits), Number);
  const triples = Float32Array.from({ length: 3 * indices.length }, (_, i) => indices[Math.floor(i / 3)]);
  const kept: ObjectPoints = {
    ...{ xyz: triples, grid: triples, indices },
    rgb: Uint8Array.from(triples),
    logits: Float32Array.from(Object.values(logits)),
  };
  const facts = {
    spacing: 1,
    normalization: { center: [0, 0, 0], scale: 1 } as const,
    field: { counts: [1, 1, 1], axes: new Float32Array(3), logits: new Float32Array(1) } as const,
    swept: { queries, of: 100 },
    partial: false,
  };
  return new CompletedObject({ ...facts, kept, minThreshold }, 0.5);
}

it('counts what was queried, what was missed above each threshold, and what has other bits', () => {
  const full = objectOf({ 3: -2, 4: -1, 7: 0.5, 9: 1, 12: 2 }, 0.05, 100);
  const coarse = objectOf({ 4: -1, 9: 1, 12: 2.5 }, 0.2, 40);
  const shares = sharesOf(full, coarse);
  expect(shares).toEqual({
    ...{ queries: 40, total: 100, different: 1 },
    kept: { above: 0.2, points: 4, missed: 1 },
    object: { above: 0.5, points: 3, missed: 1 },
  });
  expect(showShares(shares, { full: 10, coarse: 2 })).toBe(
    'queried 40.0 %; above 0.2: 4.0 %, 1 of 4 missed; above 0.5: 3.0 %, 1 of 3 missed; 1 with other bits; ' +
      '10 s full, 2 s from coarse to fine',
  );
});

it('from coarse to fine nothing is missed on a scene, and each point has the bits of the full sweep', async () => {
  const engine = await createEngine({ roles: ['complete'] });
  const scene = await readScene(join(root, 'test/scenes', '1000003'));
  const focal = focalFromFov(scene.photo.width, scene.fov);
  const gridBox = { min: [-1.5, -1.5, -1.5], max: [1.5, 1.5, 2] } as const;
  const options = { mask: scene.mask, depth: scene.depth, focal, granularity: 0.1, gridBox, render: false };
  const full = (await engine.reconstruct(scene.photo, options)).object;
  const coarse = (await engine.reconstruct(scene.photo, { ...options, sweep: 'coarseToFine' })).object;
  engine.dispose();
  const { kept, object, different, queries, total } = sharesOf(full, coarse);
  expect([kept.missed, object.missed, different]).toEqual([0, 0, 0]);
  expect(object.points).toBeGreaterThan(500);
  expect(queries).toBeLessThan(0.6 * total);
  for (const name of ['xyz', 'rgb', 'logits', 'indices', 'grid'] as const) expect(coarse[name]).toEqual(full[name]);
}, 120_000);
