/** Fixtures of kind `mcc`: every stage of encoder and decoder, then predictions and colors at given queries. */
import { compile } from '../../src/graph/plan.ts';
import { wholeGraph } from '../../src/pipeline/mcc/graphs.ts';
import { scene, syntheticTensor, type WeightSource } from '../../weights/index.ts';
import type { MccConfig } from '../../src/pipeline/mcc/config.ts';
import type { Fixture } from './fixture.ts';
import { toChannelsFirst } from './layout.ts';
import { inBothModes, read } from './network.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

export async function compareMcc(
  fixture: Fixture,
  session: Session,
  config: MccConfig,
  weights: WeightSource,
): Promise<void> {
  const image = fixture.meta<{ seed: number; height: number; width: number }>('image');
  const bytes = scene.image(image.seed, image.height, image.width);
  if (fixture.has('rgb'))
    fixture.compare('rgb', { shape: [image.height, image.width, 3], data: bytes }, { exact: true });
  const rgb = Float32Array.from(bytes, (v) => Math.fround(v / 255));
  const { xyz, valid } = seenPoints(fixture, config);
  const queries = queriesOf(fixture);
  const count = queries.length / 3;
  const temperature = fixture.hasMeta('temperature') ? Number(fixture.text('temperature')) : 0.1;
  const wants = (tap: string) => fixture.has(tap);

  await inBothModes(session, weights, wants, async (shared, mode, taps) => {
    const fold = mode === 'fused';
    const { graph, outputs } = wholeGraph(config, image.height, count, temperature, { fold });
    const plan = await compile(shared, graph, { outputs });
    try {
      const result = await plan.run({ rgb, xyz, valid: Uint32Array.from(valid), queries });
      for (const [tap, values] of taps)
        fixture.compare(tap, tap === 'image' ? toChannelsFirst(values) : values, {}, mode);
      if (!taps.has('latent')) fixture.compare('latent', await read(result.latent), {}, mode);
      comparePredictions(fixture, await read(result.pred), await read(result.color), mode);
    } finally {
      plan.dispose();
    }
  });
}

/** @param pred [count, predictions] @param color [count, 3] */
function comparePredictions(fixture: Fixture, pred: Values, color: Values, how: string): void {
  const [count, width] = pred.shape;
  const logits = Float32Array.from({ length: count }, (_, i) => pred.data[i * width]);
  if (fixture.has('pred')) {
    // Large files keep the predictions of the first queries only.
    const rows = fixture.peek('pred').shape[1];
    const data = Array.prototype.slice.call(pred.data, 0, rows * width) as number[];
    fixture.compare('pred', { shape: [1, rows, width], data }, {}, how);
  }
  if (fixture.has('occupancy')) {
    const data = logits.map((x) => 1 / (1 + Math.exp(-x)));
    fixture.compare('occupancy', { shape: [1, count], data }, {}, how);
  }
  if (fixture.has('occupancy_logits')) fixture.compare('occupancy_logits', { shape: [count], data: logits }, {}, how);
  if (fixture.has('color')) fixture.compare('color', color, {}, how);
}

/** Points of the seen side: stored, or generated as the metadata says. */
function seenPoints(fixture: Fixture, config: MccConfig): { xyz: Float32Array; valid: ArrayLike<number> } {
  const map = fixture.hasMeta('xyzMap')
    ? fixture.meta<{ seed: number; size: number }>('xyzMap')
    : { seed: fixture.seed, size: config.image / 2 };
  const generated = scene.xyzMap(map.seed, map.size);
  if (!fixture.has('xyz')) return generated;
  fixture.compare('xyz', { shape: [1, map.size, map.size, 3], data: generated.xyz }, { exact: true });
  fixture.compare('valid', { shape: [1, map.size, map.size], data: generated.valid }, { exact: true });
  return generated;
}

function queriesOf(fixture: Fixture): Float32Array {
  if (fixture.has('queries')) return Float32Array.from(fixture.input('queries').data);
  const { name, count, scale } = fixture.meta<{ name: string; count: number; scale: number }>('queries');
  return syntheticTensor(fixture.seed, name, [1, count, 3], scale);
}
