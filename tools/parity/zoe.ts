/** Fixtures of kind `zoe`: every stage of the padded, unmirrored pass, then depth in its three forms. */
import { mirroredRows, ZoeDepth, type DepthOptions } from '../../src/pipeline/zoeDepth/zoeDepth.ts';
import { scene, type WeightSource } from '../../weights/index.ts';
import type { ZoeConfig } from '../../src/pipeline/zoeDepth/config.ts';
import type { Fixture } from './fixture.ts';
import { toChannelsFirst, toWords } from './layout.ts';
import { inBothModes } from './network.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

/** Forms of the result: name of the tensor, and options of `infer`. */
const FORMS: readonly (readonly [string, DepthOptions])[] = [
  ['unflipped', { mirror: false }],
  ['depth', {}],
  ['depth_plain', { pad: false, mirror: false }],
];

export async function compareZoe(
  fixture: Fixture,
  session: Session,
  config: ZoeConfig,
  weights: WeightSource,
): Promise<void> {
  const { seed, height, width } = fixture.meta<{ seed: number; height: number; width: number }>('image');
  const rgb: Values = { shape: [height, width, 3], data: scene.image(seed, height, width) };
  if (fixture.has('image')) fixture.compare('image', rgb, { exact: true });
  const photo = { words: toWords(rgb), height, width };
  const wants = (tap: string) => fixture.has(tap);
  await inBothModes(session, weights, wants, async (shared, mode, taps) => {
    const zoe = new ZoeDepth(shared, config);
    const infer = async (options: DepthOptions, words = photo.words): Promise<Values> => {
      const depth = await zoe.infer({ ...photo, words }, options);
      return { shape: [1, 1, height, width], data: await depth.read() };
    };
    try {
      if (mode === 'unfused') {
        await infer({ mirror: false });
        for (const [tap, values] of taps) {
          fixture.compare(tap, values.shape.length === 4 ? toChannelsFirst(values) : values, {}, mode);
        }
        if (fixture.has('mirrored_domain_logits')) {
          taps.clear();
          await infer({ mirror: false }, mirroredRows(photo.words, width));
          fixture.compare('mirrored_domain_logits', taps.get('domain_logits')!, {}, mode);
        }
      }
      for (const [name, options] of FORMS) {
        if (fixture.has(name)) fixture.compare(name, await infer(options), {}, mode);
      }
    } finally {
      await zoe.dispose();
    }
  });
}
