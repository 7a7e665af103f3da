/** Pipelines built ahead are those that the chain needs. */
import { describe, expect, it } from 'vitest';
import { sharedFor } from '../../src/graph/shared.ts';
import { NetworkPool } from '../../src/pipeline/networks.ts';
import { SeenPoints } from '../../src/pipeline/points/seenPoints.ts';
import { presets, syntheticSet } from '../../src/pipeline/registry.ts';
import { renderMeshSheet } from '../../src/pipeline/render/mesh.ts';
import { EmbeddingCache } from '../../src/pipeline/session/embeddingCache.ts';
import { photoTo3d } from '../../src/pipeline/session/photoTo3d.ts';
import { Stages } from '../../src/pipeline/session/stages.ts';
import { PhotoSteps } from '../../src/pipeline/session/steps.ts';
import { scene } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';

const [WIDTH, HEIGHT] = [80, 64];

describe('buildAhead of the chain', () => {
  it('builds every pipeline that the steps, the mesh and the picture then use', async () => {
    const device = await openDevice();
    const shared = sharedFor(device);
    const rgb = scene.image(11, HEIGHT, WIDTH);
    const rgba = new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)]));
    const parts = {
      shared,
      networks: new NetworkPool(device, syntheticSet(4, presets.small), false),
      embeddings: new EmbeddingCache(),
      seenPoints: (sides: { rgb: number; xyz: number }) => new SeenPoints(shared, sides),
      recovery: { step: <T>(_: Stages, __: () => string, work: () => Promise<T>) => work(), advanced: () => undefined },
      exclusive: () => Promise.reject(new Error('the steps run by themselves here')),
    };
    const steps = new PhotoSteps(parts, { width: WIDTH, height: HEIGHT, rgba }, { owner: parts }, new Stages({}));
    const options = { box: [8, 8, 72, 56], granularity: 1, threshold: 0.5 } as const;
    await steps.buildAhead(options);
    const { created } = shared.pipelines;
    const { mesh } = await photoTo3d(steps, options);
    await renderMeshSheet(shared, mesh!.textured!);
    expect(shared.pipelines.created).toBe(created);
    device.dispose();
  });
});
