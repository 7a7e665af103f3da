/** Fixtures of kind `sam`: encoder stages, then one or more prompts. */
import { PlanCache } from '../../src/pipeline/planCache.ts';
import { maskGraph } from '../../src/pipeline/sam/graphs.ts';
import type { PromptBox, PromptPoint } from '../../src/pipeline/roles.ts';
import { resizedSize, type SamPrompt } from '../../src/pipeline/sam/prompt.ts';
import { Sam } from '../../src/pipeline/sam/sam.ts';
import { scene, syntheticTensor, type WeightSource } from '../../weights/index.ts';
import type { SamConfig } from '../../src/pipeline/sam/config.ts';
import type { Fixture } from './fixture.ts';
import { fromWords, toChannelsFirst, toWords } from './layout.ts';
import { inBothModes, read, type Mode, type Taps } from './network.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

/** Taps that fixtures store channels first. */
const CHANNELS_FIRST = new Set(['input', 'neck1', 'image_embedding', 'dense_pe', 'dense', 'upscaled']);

interface StoredPrompt {
  readonly boxes?: readonly PromptBox[];
  readonly points?: readonly (readonly [number, number])[];
  readonly labels?: readonly PromptPoint['label'][];
  readonly mask?: unknown;
}

interface NamedPrompt {
  /** Prefix of the prompt's tensors, with its dot; empty in files with one prompt. */
  readonly prefix: string;
  readonly prompt: SamPrompt;
}

export async function compareSam(
  fixture: Fixture,
  session: Session,
  config: SamConfig,
  weights: WeightSource,
): Promise<void> {
  const size = fixture.meta<{ seed: number; height: number; width: number }>('image');
  const rgb: Values = { shape: [size.height, size.width, 3], data: scene.image(size.seed, size.height, size.width) };
  if (fixture.has('image')) fixture.compare('image', rgb, { exact: true });
  const photo = { words: toWords(rgb), height: size.height, width: size.width };
  const prompts = promptsOf(fixture, config);
  const encoderPrefix = fixture.names.some((n) => n.startsWith('encoder.')) ? 'encoder.' : '';
  const stored = new Set(fixture.names.map((n) => n.split('.').slice(1).join('.')).concat(fixture.names));
  const wants = (tap: string) =>
    stored.has(tap) || stored.has(`decoder.${tap}`) || tap === 'resized' || tap === 'dense_pe' || tap === 'input';

  await inBothModes(session, weights, wants, async (shared, mode, taps) => {
    const sam = new Sam(shared, config);
    const plans = new PlanCache(shared);
    try {
      const image = await sam.encode(photo);
      compareTaps(fixture, encoderPrefix, taps, mode);
      if (taps.has('resized') && fixture.has('resized')) {
        const { height, width } = resizedSize(photo, config);
        fixture.compare('resized', { shape: [height, width, 3], data: fromWords(taps.get('resized')!.data) }, {}, mode);
      }
      if (mode === 'fused')
        compareIfStored(fixture, `${encoderPrefix}image_embedding`, toChannelsFirst(await read(image.embedding)), mode);
      for (const { prefix, prompt } of prompts) {
        taps.clear();
        const output = await sam.prompt(image, { ...prompt, multimask: false });
        compareTaps(fixture, prefix, taps, mode);
        compareTaps(fixture, `${prefix}decoder.`, taps, mode);
        if (taps.has('dense_pe') && fixture.has('dense_pe') && prefix === prompts[0].prefix) {
          fixture.compare('dense_pe', positions(taps.get('dense_pe')!), {}, mode);
        }
        compareIfStored(fixture, `${prefix}low_res`, await read(output.lowRes), mode);
        const masks = config.multimask + 1;
        const B = output.iou.length / masks;
        compareIfStored(fixture, `${prefix}iou`, { shape: [B, masks], data: output.iou }, mode);
        await compareLogits(fixture, prefix, plans, config, photo, await read(output.lowRes), mode);
        if (fixture.has(`${prefix}mask`)) {
          const mask = { shape: [B, 1, size.height, size.width], data: await output.mask.read() };
          fixture.compareMask(
            `${prefix}mask`,
            mask,
            await output.logits.read(),
            fixture.boundOf(`${prefix}logits`),
            mode,
          );
        }
      }
      image.release();
    } finally {
      await plans.dispose();
      await sam.dispose();
    }
  });
}

/** Logits at the photo's size, of all mask tokens or of the first, at the fixture's stride. */
async function compareLogits(
  fixture: Fixture,
  prefix: string,
  plans: PlanCache,
  config: SamConfig,
  photo: { height: number; width: number },
  lowRes: Values,
  mode: Mode,
): Promise<void> {
  const name = `${prefix}logits`;
  if (!fixture.has(name)) return;
  const masks = config.multimask + 1;
  const B = lowRes.shape[0];
  const [, stored, rows, columns] = fixture.peek(name).shape;
  const choice = Uint32Array.from({ length: B * stored }, (_, i) => Math.floor(i / stored) * masks + (i % stored));
  const { height, width } = photo;
  const plan = await plans.get(maskGraph, { config, batch: B, picks: choice.length, photo: { height, width } });
  const { logits } = await plan.run({ lowRes: Float32Array.from(lowRes.data), choice });
  const full: Values = { shape: [B, stored, photo.height, photo.width], data: await logits.read() };
  // Small fixtures store every second pixel without saying so in `strides`.
  const step = [1, 1, Math.round(photo.height / rows), Math.round(photo.width / columns)];
  fixture.compare(name, full, {}, mode, step);
}

function compareTaps(fixture: Fixture, prefix: string, taps: Taps, mode: Mode): void {
  for (const [tap, values] of taps) {
    if (!fixture.has(prefix + tap) || tap === 'dense_pe' || tap === 'resized') continue;
    fixture.compare(prefix + tap, CHANNELS_FIRST.has(tap) ? toChannelsFirst(values) : values, {}, mode);
  }
}

/** [grid, grid, out] -> [1, out, grid, grid]. */
const positions = ({ shape, data }: Values): Values => toChannelsFirst({ shape: [1, ...shape.slice(-3)], data });

function compareIfStored(fixture: Fixture, name: string, values: Values, mode: Mode): void {
  if (fixture.has(name)) fixture.compare(name, values, {}, mode);
}

/** The prompts of the metadata, with the prefix under which their tensors are stored. */
function promptsOf(fixture: Fixture, config: SamConfig): NamedPrompt[] {
  if (!fixture.hasMeta('prompts')) {
    return [{ prefix: '', prompt: { boxes: [fixture.meta<PromptBox>('box')] } }];
  }
  const prefixes = fixture.names.filter((n) => n.endsWith('.low_res')).map((n) => n.slice(0, -'low_res'.length));
  return fixture.meta<StoredPrompt[]>('prompts').map((stored) => {
    const matches = prefixes.filter((p) => isPrompt(fixture, p, stored));
    if (matches.length !== 1) {
      throw new Error(`${matches.length} sets of tensors fit the prompt ${JSON.stringify(stored)}; expected one.`);
    }
    const prefix = matches[0];
    // The prompt's tokens are made from scaled coordinates and labels; comparing the tokens checks both.
    for (const part of ['boxes', 'points', 'labels', 'mask_input']) {
      if (fixture.has(prefix + part)) fixture.input(prefix + part);
    }
    const side = (4 * config.image) / config.patch;
    const maskInput = stored.mask ? syntheticTensor(fixture.seed, 'mask_input', [1, 1, side, side], 4) : undefined;
    const points = stored.points?.map(([x, y], i) => ({ x, y, label: stored.labels![i] }));
    return { prefix, prompt: { points, boxes: stored.boxes, maskInput } };
  });
}

/** Whether the tensors under `prefix` belong to a prompt: the same number of points and boxes, and the same labels. */
function isPrompt(fixture: Fixture, prefix: string, { boxes, points, labels, mask }: StoredPrompt): boolean {
  const count = (part: string, axis: number) =>
    fixture.has(prefix + part) ? fixture.peek(prefix + part).shape[axis] : 0;
  const sameLabels = () => !labels || labels.every((l, i) => fixture.peek(`${prefix}labels`).data[i] === l);
  return (
    count('boxes', 0) === (boxes?.length ?? 0) &&
    count('points', 1) === (points?.length ?? 0) &&
    fixture.has(`${prefix}mask_input`) === (mask !== undefined) &&
    sameLabels()
  );
}
