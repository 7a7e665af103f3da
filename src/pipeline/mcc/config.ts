/** Configurations of MCC: their fields, and their values for objects and for scenes. */
import { DEFAULT_GRANULARITY, SCENE_GRANULARITY } from '../defaults.ts';
import type { Box } from '../roles.ts';

/** MCC. Multiview Compressive Coding, arXiv:2301.08247; released code, mcc_model.py. */
export interface MccConfig {
  /** Channels of an encoder token. */
  readonly embed: number;
  /** Number of blocks of each of the two encoders. */
  readonly depth: number;
  readonly heads: number;
  /** Channels of a decoder token. */
  readonly decoderEmbed: number;
  readonly decoderDepth: number;
  readonly decoderHeads: number;
  /** Side of the square color input in pixels. The point map has half this side. */
  readonly image: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Heads of the attention block that turns a window of points into a token. */
  readonly xyzHeads: number;
  /** Whether the decoder predicts a color as three numbers; else as logits of 3 x 256 classes. */
  readonly regressColor: boolean;
  /** Points farther from the origin than this distance are moved towards it (`shrinkPoints`). */
  readonly shrinkThreshold: number;
  /** Corners of the query grid in the object's frame; `defaultBox` when absent. */
  readonly box?: Box;
  /** For scenes: radius of the half ball in front of the camera that is queried instead of a box, in the scene's frame. */
  readonly halfBall?: number;
  /** Probability above which a point is occupied; `defaultThreshold` when absent. */
  readonly threshold?: number;
}

/** The query grid's box in the released demo. */
export const defaultBox: Box = { min: [-3, -3, -3], max: [3, 3, 3] };

/** The occupancy threshold of the released demo. */
export const defaultThreshold = 0.1;

/** Whether a network completes scenes, not objects. */
export const isForScenes = ({ halfBall }: MccConfig): boolean => halfBall !== undefined;

/** Default distance between grid points. */
export const defaultStep = (config: MccConfig): number =>
  isForScenes(config) ? SCENE_GRANULARITY : DEFAULT_GRANULARITY;

const mccFull: MccConfig = {
  embed: 768,
  depth: 12,
  heads: 12,
  decoderEmbed: 512,
  decoderDepth: 8,
  decoderHeads: 16,
  image: 224,
  patch: 16,
  xyzHeads: 12,
  regressColor: false,
  shrinkThreshold: 10,
};

const mccSmall: MccConfig = {
  ...mccFull,
  ...{ embed: 48, depth: 2, heads: 4, decoderEmbed: 32, decoderDepth: 2, decoderHeads: 4 },
};

/** Configurations by name: `full` is the checkpoint co3dv2_all_categories; `small` is for tests. */
export const mccConfigs = { full: mccFull, small: mccSmall } as const satisfies Record<string, MccConfig>;

const scenes = { halfBall: 6 };
const regressed = { regressColor: true };

/**
 * Configurations of MCC for scenes, by name: `hypersim` is what the released program trains with `--use_hypersim`, and
 * `hypersimRegress` what it trains with `--regress_color` besides; the others are for tests. docs/scenes.md has the sources.
 */
export const sceneConfigs = {
  hypersim: { ...mccFull, ...scenes },
  hypersimRegress: { ...mccFull, ...scenes, ...regressed },
  small: { ...mccSmall, ...scenes },
  smallRegress: { ...mccSmall, ...scenes, ...regressed },
} as const satisfies Record<string, MccConfig>;
