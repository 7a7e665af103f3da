/** ZoeDepth: metric depth from one photo. arXiv:2302.12288; released code, models/depth_model.py. */
import type { Shared } from '../../graph/shared.ts';
import type { RunOptions } from '../../graph/run.ts';
import type { DeviceTensor } from '../../graph/transfer.ts';
import type { ZoeConfig } from './config.ts';
import type { PhotoWords, Size } from '../photo.ts';
import { PlanCache } from '../planCache.ts';
import type { DepthEstimator, StageRunOptions } from '../roles.ts';
import { averageGraph, expertGraph, passGraph, trunkGraph, type PassShape } from './graphs.ts';
import { EXPERTS, expertOf } from './router.ts';

export interface DepthOptions extends StageRunOptions {
  /** Whether the photo is padded by reflection before it is resized; true by default, as in the released program. */
  readonly pad?: boolean;
  /** Whether the depth is averaged with that of the mirrored photo; true by default, as in the released program. */
  readonly mirror?: boolean;
}

/**
 * Number of plans of one photo size: N and K run a pass and the average; NK runs a trunk, two experts and the average.
 */
const plansOf = ({ variant }: ZoeConfig): number => (variant === 'NK' ? 4 : 2);

/** ZoeDepth on a device. */
export class ZoeDepth implements DepthEstimator {
  private readonly plans: PlanCache;

  /** @param shared its constants must read weights of `config` */
  constructor(
    private readonly shared: Shared,
    readonly config: ZoeConfig,
  ) {
    // A plan holds memory for all maps of a pass, so only the plans of one photo size are kept.
    this.plans = new PlanCache(shared, plansOf(config));
  }

  get canonicalFov(): number | undefined {
    return this.config.canonicalFov;
  }

  async buildAhead({ height, width }: Size): Promise<void> {
    const { config } = this;
    const shape = this.shapeOf({ height, width }, true);
    if (config.variant === 'NK') {
      await this.plans.buildAhead(trunkGraph, shape);
      // The experts have the same kernels.
      await this.plans.buildAhead(expertGraph, { ...shape, expert: EXPERTS[0] });
    } else await this.plans.buildAhead(passGraph, shape);
    await this.plans.buildAhead(averageGraph, { height, width });
  }

  /** @throws as `infer` */
  async estimate(photo: PhotoWords, options: StageRunOptions = {}): Promise<Float32Array> {
    return (await (await this.infer(photo, options)).read()) as Float32Array;
  }

  /**
   * Depth of each pixel in meters, f32 [H, W], valid until the next call. Bicubic resizing may overshoot, so values may
   * lie outside the range of the bins.
   * @throws ShapeError if the photo is too small; LimitError if it is too large or too wide; Canceled; DeviceError
   */
  async infer(photo: PhotoWords, options: DepthOptions = {}): Promise<DeviceTensor> {
    const { pad = true, mirror = true } = options;
    const { height, width, words } = photo;
    const shape = this.shapeOf(photo, pad);
    if (!mirror) return this.pass(words, shape, options);
    // The second pass overwrites the result of the first one, so the first result is read to the host.
    const plain = await (await this.pass(words, shape, part(options, 0, 0.5))).read();
    const mirrored = await this.pass(mirroredRows(words, width), shape, part(options, 0.5, 1));
    const average = await this.plans.get(averageGraph, { height, width });
    return (await average.run({ plain, mirrored }, { signal: options.signal })).depth;
  }

  private shapeOf({ height, width }: Size, pad: boolean): PassShape {
    const { precision, maxBindingBytes: maxBytes } = this.shared.device.target;
    return { config: this.config, precision, height, width, pad, maxBytes };
  }

  /** Runs the network once. */
  private async pass(words: Uint32Array, shape: PassShape, options: DepthOptions): Promise<DeviceTensor> {
    const { onUpload } = options;
    if (this.config.variant !== 'NK') {
      const plan = await this.plans.get(passGraph, shape, { onUpload });
      return (await plan.run({ photo: words }, options)).depth;
    }
    const trunk = await this.plans.get(trunkGraph, shape, { onUpload });
    const { logits, bottleneck, path0, path1, path2, path3 } = await trunk.run({ photo: words }, part(options, 0, 0.8));
    const expert = expertOf((await logits.read()) as Float32Array);
    const head = await this.plans.get(expertGraph, { ...shape, expert }, { onUpload });
    return (await head.run({ bottleneck, path0, path1, path2, path3 }, part(options, 0.8, 1))).depth;
  }

  /** Frees the plans, not the weights. */
  dispose(): Promise<void> {
    return this.plans.dispose();
  }
}

/** Options for a part of the work: its progress is scaled to the range from `from` to `to`. */
const part = <T extends RunOptions>(options: T, from: number, to: number): T => ({
  ...options,
  onProgress: options.onProgress && ((done: number) => options.onProgress?.(from + (to - from) * done)),
});

/** The mirror image of a photo: rows of `width` words, each in reverse order. */
export function mirroredRows(words: Uint32Array, width: number): Uint32Array {
  return words.map((_, i) => words[i - (i % width) + width - 1 - (i % width)]);
}
