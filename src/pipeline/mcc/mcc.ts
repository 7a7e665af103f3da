/** Multiview Compressive Coding: encodes an image once, then decodes any number of query points. arXiv:2301.08247. */
import { show } from '../../kernels/check.ts';
import { ShapeError } from '../../graph/errors.ts';
import type { Plan, PlanInput } from '../../graph/plan.ts';
import type { Shared } from '../../graph/shared.ts';
import { DeviceTensor } from '../../graph/transfer.ts';
import type { Precision, SweepStrategy } from '../../kernels/target.ts';
import { defaultThreshold, type MccConfig } from './config.ts';
import { DEFAULT_TEMPERATURE } from '../defaults.ts';
import { PlanCache } from '../planCache.ts';
import type {
  CompleteOptions,
  Completer,
  CompleteRunOptions,
  Completion,
  GridOptions,
  SeenSquare,
  StageRunOptions,
} from '../roles.ts';
import { colorSide, CROP_SIDE } from './encoder.ts';
import { encoderGraph, pointSide, queryGraph } from './graphs.ts';
import { gridFor, pointCount } from './grid.ts';
import { Sweep, type SweepOptions, type SweepResult } from './sweep.ts';
import type { SweepRunOptions } from './sweepLog.ts';

/** The inputs of the encoder. */
export interface MccInput {
  /** [1, S, S, 3] in 0..1, where S is 800 or the side of the network's color input. */
  readonly rgb: PlanInput;
  /** [1, P, P, 3] in the object's frame, where P is half the side of the color input. Also finite where not valid. */
  readonly xyz: PlanInput;
  /** u32 [1, P, P], 1 where the point is valid, else 0. */
  readonly valid: PlanInput;
}

/** An encoded image. Its tensors stay valid until the next `encode`. */
export interface MccImage {
  /** [1, tokens, 2 embed]. */
  readonly latent: DeviceTensor;
  /**
   * Queries, keys and values of the seen tokens in each block of the decoder, [decoderDepth, tokens, 3 decoderEmbed].
   */
  readonly seen: DeviceTensor;
}

/** Predictions at query points. The tensors stay valid until the next `decode`. */
export interface MccPrediction {
  /** Occupancy logit, then 768 color logits or three color values, [n, 1 + 768 or 1 + 3]. */
  readonly pred: DeviceTensor;
  /** [n, 3] in 0..1; not clamped if the network regresses colors. */
  readonly color: DeviceTensor;
}

export interface DecodeOptions extends StageRunOptions {
  /** Temperature of the softmax over colors; 0.1 by default. */
  readonly temperature?: number;
  /** How the decoder runs; `layered` by default. */
  readonly strategy?: SweepStrategy;
}

/** Share of MCC's weights that belong to the encoder, at full size. For the progress of uploads. */
const ENCODER_SHARE = 0.85;

/** MCC on a device. */
export class Mcc implements Completer {
  private readonly encoders: PlanCache;
  private readonly decoders: PlanCache;
  private readonly sweeps: Sweep;
  private current: MccImage | undefined;

  /** @param shared its constants must read weights of `config` */
  constructor(
    private readonly shared: Shared,
    private readonly config: MccConfig,
  ) {
    this.encoders = new PlanCache(shared, 2);
    this.decoders = new PlanCache(shared, 2);
    this.sweeps = new Sweep(shared, config);
  }

  get sides(): Completer['sides'] {
    return { rgb: colorSide(this.config), xyz: pointSide(this.config) };
  }

  get threshold(): number {
    return this.config.threshold ?? defaultThreshold;
  }

  measure(options: GridOptions): { total: number; step: number } {
    const grid = gridFor(this.config, options);
    return { total: pointCount(grid), step: grid.step };
  }

  async buildAhead(options: CompleteOptions): Promise<void> {
    await this.encoders.buildAhead(encoderGraph, {
      config: this.config,
      precision: this.precision,
      side: this.sides.rgb,
    });
    await this.sweeps.buildAhead(options);
  }

  /**
   * Encodes the image and queries all points of a grid. All weights are uploaded before anything runs. A sweep that is
   * stopped returns the points found so far.
   * @throws GridError, ShapeError, WeightsError, LimitError, DeviceError; Canceled before the sweep
   */
  async complete(seen: SeenSquare, options: CompleteOptions = {}, run: CompleteRunOptions = {}): Promise<Completion> {
    const { signal, onProfile, onUpload, onEncode, onCount, onPartial, memory } = run;
    const side = this.sideOf(seen.rgb);
    await this.encoderPlan(side, onUpload && ((done) => onUpload(ENCODER_SHARE * done)));
    await this.sweeps.prepare(options, onUpload && ((done) => onUpload(ENCODER_SHARE + (1 - ENCODER_SHARE) * done)));
    const image = await this.encode(seen, { signal, onProfile, onProgress: onEncode });
    return this.sweep(image, options, { signal, onProfile, onProgress: onCount, onPartial, memory });
  }

  /**
   * Encodes an image. The image that was encoded before becomes invalid.
   * @throws ShapeError if `rgb` has another side than 800 or that of the color input; Canceled; DeviceError;
   *   WeightsError
   */
  async encode({ rgb, xyz, valid }: MccInput, options: StageRunOptions = {}): Promise<MccImage> {
    this.current = undefined;
    const side = this.sideOf(rgb);
    const plan = await this.encoderPlan(side, options.onUpload);
    const { latent, seen } = await plan.run({ rgb, xyz, valid }, options);
    this.current = { latent, seen };
    return this.current;
  }

  /**
   * Predictions at query points.
   * @param queries [n, 3] in the object's frame
   * @throws ShapeError if `queries` is empty or not a list of triples; Canceled; DeviceError; WeightsError
   */
  async decode(image: MccImage, queries: Float32Array, options: DecodeOptions = {}): Promise<MccPrediction> {
    this.expectCurrent(image);
    const { temperature = DEFAULT_TEMPERATURE, strategy = 'layered' } = options;
    const count = queries.length / 3;
    if (!Number.isInteger(count) || count === 0) {
      throw new ShapeError(`decode: ${queries.length} numbers are no points; give x, y and z of each.`);
    }
    const { config, precision } = this;
    const shape = { config, precision, count, temperature, strategy };
    const plan = await this.decoders.get(queryGraph, shape, options);
    const { pred, color } = await plan.run({ queries, seen: image.seen }, options);
    return { pred, color };
  }

  /**
   * All occupied points of a grid, with colors. A sweep that is stopped returns the points found so far.
   * @throws GridError for an invalid grid; ShapeError; DeviceError; WeightsError
   */
  sweep(image: MccImage, options: SweepOptions = {}, run: SweepRunOptions = {}): Promise<SweepResult> {
    this.expectCurrent(image);
    return this.sweeps.run(image.seen, options, run);
  }

  /** Frees the plans, not the weights. */
  async dispose(): Promise<void> {
    this.current = undefined;
    await this.encoders.dispose();
    await this.decoders.dispose();
    await this.sweeps.dispose();
  }

  private encoderPlan(side: number, onUpload?: (done: number) => void): Promise<Plan> {
    const { config, precision } = this;
    return this.encoders.get(encoderGraph, { config, precision, side }, { onUpload });
  }

  private get precision(): Precision {
    return this.shared.device.target.precision;
  }

  private expectCurrent(image: MccImage): void {
    if (image !== this.current) {
      throw new Error('This image is no longer encoded: a later `encode` took its place. Encode it again.');
    }
  }

  /** Side of the colors. @throws ShapeError if the network does not take it */
  private sideOf(rgb: PlanInput): number {
    const count = rgb instanceof DeviceTensor ? rgb.shape.reduce((a, b) => a * b, 1) : rgb.length;
    const side = Math.sqrt(count / 3);
    if (side !== CROP_SIDE && side !== this.config.image) {
      const given = rgb instanceof DeviceTensor ? show(rgb.shape) : `${count} numbers`;
      throw new ShapeError(
        `encode: rgb is ${given}, expected [1, S, S, 3] with S ${CROP_SIDE} or ${this.config.image}. Resize it first.`,
      );
    }
    return side;
  }
}
