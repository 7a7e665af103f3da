/** Fixtures of kind `chain`: photo to points through three networks. The output of every step is compared. */
import { intrinsicsOf } from '../../src/pipeline/camera.ts';
import { pointSide } from '../../src/pipeline/mcc/graphs.ts';
import { gridOf, pointsOf } from '../../src/pipeline/mcc/grid.ts';
import { Mcc } from '../../src/pipeline/mcc/mcc.ts';
import { Sam } from '../../src/pipeline/sam/sam.ts';
import { SeenPoints } from '../../src/pipeline/points/seenPoints.ts';
import { ZoeDepth } from '../../src/pipeline/zoeDepth/zoeDepth.ts';
import type { Shared } from '../../src/graph/shared.ts';
import { type ChainConfig, syntheticSet } from '../../src/pipeline/registry.ts';
import { scene, type WeightSource } from '../../weights/index.ts';
import type { Bound } from './compare.ts';
import type { Fixture } from './fixture.ts';
import { toWords } from './layout.ts';
import { read, withNetwork } from './network.ts';
import { MISSING } from './pipeline.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

/**
 * Chains carry no `f64err`. The fixtures of the networks alone show that one float32 evaluation strays by up to 2e-6 of the
 * largest value; MCC starts from points that already carry such errors, and the colors' softmax multiplies by ten.
 */
const NETWORK: Bound = { relative: 2e-6 };
const AFTER_TWO: Bound = { relative: 2e-6, growth: 3 };
const COLOR: Bound = { relative: 2e-6, growth: 10 };

export async function compareChain(fixture: Fixture, session: Session): Promise<void> {
  const configs = fixture.meta<ChainConfig>('config');
  const { seed, height, width } = fixture.meta<{ seed: number; height: number; width: number }>('image');
  const { sam, zoe, mcc } = syntheticSet(fixture.seed, configs);
  const rgb: Values = { shape: [height, width, 3], data: scene.image(seed, height, width) };
  fixture.compare('image', rgb, { exact: true });
  const photo = { words: toWords(rgb), height, width };
  const using = <N extends { dispose(): Promise<void> }, T>(
    source: WeightSource | undefined,
    create: (shared: Shared) => N,
    work: (network: N) => Promise<T>,
  ): Promise<T> => withNetwork(session, source, create, work);

  const mask = await using(
    sam!.source,
    (shared) => new Sam(shared, configs.sam),
    async (network) => {
      const image = await network.encode(photo);
      const boxes = [fixture.meta<[number, number, number, number]>('box')];
      const { logits, mask } = await network.prompt(image, { boxes });
      image.release();
      fixture.compare('mask_logits', await read(logits), NETWORK);
      const data = Uint32Array.from(await mask.read());
      fixture.compareMask(
        'mask',
        { shape: [height, width], data },
        await logits.read(),
        fixture.boundOf('mask_logits'),
        '',
      );
      return data;
    },
  );
  const depth = await using(
    zoe!.source,
    (shared) => new ZoeDepth(shared, configs.zoe),
    async (network) => {
      const depth = await read(await network.infer(photo));
      fixture.compare('depth', depth, NETWORK);
      return Float32Array.from(depth.data);
    },
  );
  await using(
    undefined,
    (shared) => new SeenPoints(shared),
    async (seenPoints) => {
      const seen = await seenPoints.see(photo, mask, { depth, camera: intrinsicsOf(photo) });
      const { top, bottom, left, right } = fixture.meta<Record<string, number>>('cropBox');
      fixture.note(
        'cropBox',
        [seen.crop.box.top, seen.crop.box.bottom, seen.crop.box.left, seen.crop.box.right],
        [top, bottom, left, right],
        0,
      );
      fixture.note('side', [seen.crop.side], [fixture.meta<number>('side')], 0);
      const points = pointSide(configs.mcc);
      const xyz: Values = { shape: [1, points, points, 3], data: seen.xyz };
      const largest = Math.max(...Array.from(xyz.data, (v) => (v === MISSING ? 0 : Math.abs(v))));
      // The error of the depth is relative to the distance from the camera; the center is subtracted afterwards.
      const distance = largest + Math.max(...seen.normalization.center.map(Math.abs));
      fixture.compare('xyz', xyz, { ...NETWORK, growth: distance / largest, missing: MISSING });
      fixture.compare('valid', { shape: [1, points, points], data: seen.valid });
      await using(
        mcc!.source,
        (shared) => new Mcc(shared, configs.mcc),
        (network) => compareObject(fixture, network, seen),
      );
    },
  );
}

/** Compares MCC's encoder, every query of the grid, and the sweep with both strategies. */
async function compareObject(fixture: Fixture, mcc: Mcc, seen: Parameters<Mcc['encode']>[0]): Promise<void> {
  const [granularity, threshold, temperature] = ['granularity', 'threshold', 'temperature'].map((k) =>
    Number(fixture.text(k)),
  );
  const image = await mcc.encode(seen);
  fixture.compare('latent', await read(image.latent), AFTER_TWO);
  const grid = gridOf(granularity);
  const queries = pointsOf(
    grid,
    Uint32Array.from({ length: grid.total }, (_, i) => i),
  );
  fixture.note('queries', [grid.total], [fixture.meta<number>('queries')], 0);
  for (const strategy of ['batched', 'layered'] as const) {
    const { pred, color } = await mcc.decode(image, queries, { temperature, strategy });
    const [width, numbers] = [pred.shape[1], await pred.read()];
    const logits = Float32Array.from({ length: grid.total }, (_, i) => numbers[i * width]);
    fixture.compare('occupancy_logits', { shape: [grid.total], data: logits }, AFTER_TWO, strategy);
    fixture.compare('color', await read(color), COLOR, strategy);

    const found = await mcc.sweep(image, { granularity, threshold, temperature, strategy, sweep: 'full' });
    const keep = new Uint8Array(grid.total);
    for (const i of found.indices) keep[i] = 1;
    const n = found.indices.length;
    fixture.compare('keep', { shape: [grid.total], data: keep }, {}, strategy);
    fixture.compare('points', { shape: [n, 3], data: found.xyz }, { exact: true }, strategy);
    fixture.compare('point_colors', { shape: [n, 3], data: found.colors }, COLOR, strategy);
  }
}
