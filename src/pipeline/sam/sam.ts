/** Segment Anything: encode a photo once, then prompt as often as wanted. arXiv:2304.02643. */
import type { Shared } from '../../graph/shared.ts';
import type { RunOptions } from '../../graph/run.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import type { SamConfig } from '../../../weights/config.ts';
import type { PhotoWords, Size } from '../photo.ts';
import { PlanCache } from '../planCache.ts';
import { answerGraph, encoderGraph, inputGraph, promptGraph } from './graphs.ts';
import { promptTokensOf, type SamPrompt } from './prompt.ts';

/** An encoded photo. */
export interface SamImage extends Size {
  /** [1, grid, grid, out]. */
  readonly embedding: DeviceTensor;
}

/** The answer to a prompt. The tensors stay valid until the next prompt. */
export interface SamAnswer {
  /** Logits of all mask tokens, [B, masks, 4 * grid, 4 * grid]; the first is the single mask. */
  readonly lowRes: DeviceTensor;
  /** Predicted quality of each mask, [B, masks]: about its overlap with the truth, 0..1, not clipped. */
  readonly iou: Float32Array;
  /** Mask token that was taken, for each of B. */
  readonly tokens: readonly number[];
  /** Logits of the masks taken, at the photo's size: [B, H, W]. */
  readonly logits: DeviceTensor;
  /** logits > 0: u32 [B, H, W] of 0 and 1. */
  readonly mask: DeviceTensor;
}

export interface SamRunOptions extends RunOptions {
  /** Share of the weights uploaded, 0..1; only the first use uploads. */
  readonly onUpload?: (done: number) => void;
}

export class Sam {
  /** Apart, so that many kinds of prompts do not push out the encoder. */
  private readonly encoders: PlanCache;
  private readonly decoders: PlanCache;
  private current: SamImage | undefined;

  /** @param shared its constants must read weights of `config` */
  constructor(
    shared: Shared,
    readonly config: SamConfig,
  ) {
    this.encoders = new PlanCache(shared);
    this.decoders = new PlanCache(shared);
  }

  /**
   * Encodes a photo; the one encoded before is forgotten.
   * @throws PromptError if the photo is too narrow; Canceled; DeviceError; WeightsError
   */
  async encode({ words, height, width }: PhotoWords, options: SamRunOptions = {}): Promise<SamImage> {
    this.current = undefined;
    const prepare = await this.encoders.get(`input ${height}x${width}`, () =>
      inputGraph(this.config, { height, width }),
    );
    const encoder = await this.encoders.get('encoder', () => encoderGraph(this.config), options);
    const { input } = await prepare.run({ photo: words }, { signal: options.signal });
    const { embedding } = await encoder.run({ input }, options);
    this.current = { embedding, height, width };
    return this.current;
  }

  /**
   * Masks of what the prompt means on the encoded photo.
   * @throws PromptError if the prompt does not fit the photo; Canceled; DeviceError
   */
  async prompt(image: SamImage, prompt: SamPrompt, options: RunOptions = {}): Promise<SamAnswer> {
    if (image !== this.current) {
      throw new Error('This photo is no longer encoded: a later `encode` took its place. Encode it again.');
    }
    const { config } = this;
    const { batch, count, xy, kinds } = promptTokensOf(prompt, image, config);
    const hasMask = prompt.maskInput !== undefined;
    const decoder = await this.decoders.get(`prompt ${batch} ${count} ${hasMask ? 'mask' : ''}`, () =>
      promptGraph(config, { batch, count, hasMask }),
    );
    const { height, width } = image;
    const answer = await this.decoders.get(`answer ${batch} ${height}x${width}`, () =>
      answerGraph(config, batch, batch, { height, width }),
    );
    const { lowRes, iou } = await decoder.run(
      { embedding: image.embedding, ...(count && { xy, kinds }), ...(hasMask && { mask: prompt.maskInput }) },
      options,
    );
    const quality = (await iou.read()) as Float32Array;
    const tokens = chooseTokens(quality, config.multimask + 1, prompt.multimask ?? isAmbiguous(prompt));
    const choice = Uint32Array.from(tokens, (token, b) => b * (config.multimask + 1) + token);
    const { logits, mask } = await answer.run({ lowRes, choice }, { signal: options.signal });
    return { lowRes, iou: quality, tokens, logits, mask };
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    this.current = undefined;
    await this.encoders.dispose();
    await this.decoders.dispose();
  }
}

/** A single point may mean a part, the object or the whole group. */
function isAmbiguous({ points = [], boxes = [], maskInput }: SamPrompt): boolean {
  return points.length === 1 && boxes.length === 0 && maskInput === undefined;
}

/** For each row of `quality` [B, masks]: token 0 (the single mask), or the best of the others. */
function chooseTokens(quality: Float32Array, masks: number, multimask: boolean): number[] {
  return Array.from({ length: quality.length / masks }, (_, b) => {
    if (!multimask) return 0;
    let best = 1;
    for (let m = 2; m < masks; m++) if (quality[b * masks + m] > quality[b * masks + best]) best = m;
    return best;
  });
}
