/** Segment Anything: encodes a photo once, then decodes any number of prompts. arXiv:2304.02643. */
import type { Shared } from '../../graph/shared.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import type { Precision } from '../../kernels/target.ts';
import type { SamConfig } from './config.ts';
import type { PhotoWords, Size } from '../photo.ts';
import { PlanCache } from '../planCache.ts';
import type {
  Embedding,
  MaskCandidate,
  PixelPoint,
  PointMask,
  PointMaskFilter,
  PointRunOptions,
  SegmentAnswer,
  Segmenter,
  SegmentPrompt,
  StageRunOptions,
} from '../roles.ts';
import { encoderGraph, inputGraph, maskGraph, promptGraph } from './graphs.ts';
import { pointMasks } from './pointMasks.ts';
import { promptTokensOf, type SamPrompt } from './prompt.ts';
import { roughMaskLogits } from './roughMask.ts';

/** The image embedding of a photo. It stays on the device until it is released. */
export interface SamImage extends Embedding {
  /** [1, grid, grid, out]. */
  readonly embedding: DeviceTensor;
}

/** The network's output for a prompt. The tensors stay valid until the next prompt. */
export interface SamOutput {
  /** Logits of all mask tokens, [B, masks, 4 * grid, 4 * grid]; the first is the single mask. */
  readonly lowRes: DeviceTensor;
  /** Predicted IoU of each mask with the true mask, [B, masks]: about 0..1, not clipped. */
  readonly iou: Float32Array;
  /** Mask token that was taken, for each box. */
  readonly tokens: readonly number[];
  /** Logits of the taken masks, at the photo's size: [B, H, W]. */
  readonly logits: DeviceTensor;
  /** logits > 0: u32 [B, H, W] of 0 and 1. */
  readonly mask: DeviceTensor;
}

/** SAM on a device. */
export class Sam implements Segmenter {
  /** Separate from the decoders, so that many kinds of prompts do not evict the encoder. */
  private readonly encoders: PlanCache;
  private readonly decoders: PlanCache;
  private readonly pointDecoders: PlanCache;
  private readonly precision: Precision;

  /** @param shared its constants must read weights of `config` */
  constructor(
    private readonly shared: Shared,
    readonly config: SamConfig,
  ) {
    this.precision = shared.device.target.precision;
    // Within a bound of memory, the plans of one photo and one kind of prompt are kept: two of each.
    const capacity = shared.device.memory.isBounded ? 2 : undefined;
    this.encoders = new PlanCache(shared, capacity);
    this.decoders = new PlanCache(shared, capacity);
    // Masks are taken in numbers of powers of two, and read in such numbers.
    this.pointDecoders = new PlanCache(shared, capacity ?? 12);
  }

  async buildAhead({ height, width }: Size, prompt: SegmentPrompt): Promise<void> {
    const { config, precision } = this;
    const photo = { height, width };
    await Promise.all([
      this.encoders.buildAhead(inputGraph, { config, precision, photo }),
      this.encoders.buildAhead(encoderGraph, { config, precision }),
    ]);
    const { points = [], box, previous, roughMask } = prompt;
    const isMaskAlone = points.length === 0 && box === undefined;
    const count = isMaskAlone ? 0 : promptTokensOf({ points, boxes: box && [box] }, photo, config).count;
    const hasMask = previous !== undefined || roughMask !== undefined;
    await Promise.all([
      this.decoders.buildAhead(promptGraph, { config, precision, batch: 1, count, hasMask }),
      this.decoders.buildAhead(maskGraph, { config, batch: 1, picks: 1, photo }),
    ]);
  }

  /**
   * Encodes a photo. Embeddings of several photos may exist at the same time.
   * @throws PromptError if the photo is too narrow; Canceled; DeviceError; WeightsError
   */
  async encode({ words, height, width }: PhotoWords, options: StageRunOptions = {}): Promise<SamImage> {
    const { config, precision } = this;
    const prepare = await this.encoders.get(inputGraph, { config, precision, photo: { height, width } });
    const encoder = await this.encoders.get(encoderGraph, { config, precision }, { onUpload: options.onUpload });
    const { input } = await prepare.run({ photo: words }, { signal: options.signal });
    const embedding = await (await encoder.run({ input }, options)).embedding.copy();
    return { height, width, embedding, bytes: embedding.buffer.size, release: () => embedding.release() };
  }

  /**
   * Masks that the prompt means, best first: the single mask, or the three masks of a multi-mask answer, sorted by
   * quality.
   * @throws PromptError if the prompt does not fit the photo; Canceled; DeviceError; WeightsError
   */
  async answer(image: SamImage, prompt: SegmentPrompt, options: StageRunOptions = {}): Promise<SegmentAnswer> {
    const { box, points, roughMask, multimask } = prompt;
    const maskInput = prompt.previous ?? (roughMask && roughMaskLogits(roughMask, image, this.config));
    const samPrompt: SamPrompt = { points, boxes: box && [box], maskInput, multimask };
    const { lowRes, iou } = await this.decode(image, samPrompt, options);
    const quality = (await iou.read()) as Float32Array;
    const logits = (await lowRes.read()) as Float32Array;
    const area = logits.length / quality.length;
    const candidates: MaskCandidate[] = [];
    for (const token of rankedTokens(quality, multimask ?? isAmbiguous(samPrompt))) {
      const { mask, stability } = await this.maskOf(image, lowRes, token, options.signal);
      candidates.push({
        mask,
        quality: quality[token],
        stability,
        lowRes: logits.slice(token * area, (token + 1) * area),
      });
    }
    return { candidates, chosen: 0 };
  }

  /**
   * The masks of many points that pass a filter, in the order of the points.
   * @throws PromptError if a point lies outside the photo; Canceled; DeviceError; WeightsError; LimitError
   */
  pointMasks(
    image: SamImage,
    points: readonly PixelPoint[],
    filter: PointMaskFilter,
    options: PointRunOptions = {},
  ): Promise<PointMask[]> {
    const { maxBindingBytes } = this.shared.device.target;
    return pointMasks(
      { config: this.config, precision: this.precision, plans: this.pointDecoders, maxBindingBytes },
      image,
      points,
      filter,
      options,
    );
  }

  /**
   * The best mask for each box of the prompt (one mask without boxes), on the device.
   * @throws PromptError if the prompt does not fit the photo; Canceled; DeviceError; WeightsError
   */
  async prompt(image: SamImage, prompt: SamPrompt, options: StageRunOptions = {}): Promise<SamOutput> {
    const { lowRes, iou } = await this.decode(image, prompt, options);
    const masks = this.config.multimask + 1;
    const quality = (await iou.read()) as Float32Array;
    const batch = quality.length / masks;
    const multimask = prompt.multimask ?? isAmbiguous(prompt);
    const tokens = Array.from(
      { length: batch },
      (_, b) => rankedTokens(quality.subarray(b * masks, (b + 1) * masks), multimask)[0],
    );
    const { height, width } = image;
    const photo = { height, width };
    const plan = await this.decoders.get(maskGraph, { config: this.config, batch, picks: batch, photo });
    const choice = Uint32Array.from(tokens, (token, b) => b * masks + token);
    const { logits, mask } = await plan.run({ lowRes, choice }, { signal: options.signal });
    return { lowRes, iou: quality, tokens, logits, mask };
  }

  /** Runs the prompt encoder and the mask decoder. @returns logits of all mask tokens, and their predicted IoU */
  private async decode(
    image: SamImage,
    prompt: SamPrompt,
    options: StageRunOptions,
  ): Promise<{ lowRes: DeviceTensor; iou: DeviceTensor }> {
    const { batch, count, xy, kinds } = promptTokensOf(prompt, image, this.config);
    const hasMask = prompt.maskInput !== undefined;
    const { config, precision } = this;
    const plan = await this.decoders.get(
      promptGraph,
      { config, precision, batch, count, hasMask },
      { onUpload: options.onUpload },
    );
    const { lowRes, iou } = await plan.run(
      { embedding: image.embedding, ...(count && { xy, kinds }), ...(hasMask && { mask: prompt.maskInput }) },
      options,
    );
    return { lowRes, iou };
  }

  /**
   * One mask at the photo's size, and its stability. Masks are computed one at a time, because that of a large photo
   * fills a binding.
   */
  private async maskOf(
    { height, width }: SamImage,
    lowRes: DeviceTensor,
    token: number,
    signal: AbortSignal | undefined,
  ): Promise<Pick<MaskCandidate, 'mask' | 'stability'>> {
    const photo = { height, width };
    const plan = await this.decoders.get(maskGraph, { config: this.config, batch: 1, picks: 1, photo });
    const { mask, above, below } = await plan.run({ lowRes, choice: Uint32Array.of(token) }, { signal });
    const [inner, outer] = [(await above.read())[AREA], (await below.read())[AREA]];
    return { mask: Uint8Array.from(await mask.read()), stability: outer === 0 ? 0 : inner / outer };
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    await this.encoders.dispose();
    await this.decoders.dispose();
    await this.pointDecoders.dispose();
  }
}

/** Whether the prompt is a single point, which may mean a part, the object or a group. */
function isAmbiguous({ points = [], boxes = [], maskInput }: SamPrompt): boolean {
  return points.length === 1 && boxes.length === 0 && maskInput === undefined;
}

/** The mask tokens of an answer, best first: token 0 (the single mask), or the other tokens sorted by quality. */
function rankedTokens(quality: Float32Array, multimask: boolean): number[] {
  if (!multimask) return [0];
  const others = Array.from(quality.keys()).slice(1);
  return others.sort((a, b) => quality[b] - quality[a]); // the sort is stable: of equal qualities, the lower token is first
}

/** Index of the number of pixels in the result of `maskBounds`. */
const AREA = 4;
