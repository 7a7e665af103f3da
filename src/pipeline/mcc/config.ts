/** Sizes of MCC: what they are, and those of the released checkpoint. */
import type { Box } from '../roles.ts';

/** MCC. Multiview Compressive Coding, arXiv:2301.08247; released code, mcc_model.py. */
export interface MccConfig {
  /** Channels of an encoder token. */
  readonly embed: number;
  /** Blocks of each of the two encoders. */
  readonly depth: number;
  readonly heads: number;
  readonly decoderEmbed: number;
  readonly decoderDepth: number;
  readonly decoderHeads: number;
  /** Side of the square color input, pixels; the point map has half of it. */
  readonly image: number;
  readonly patch: number;
  /** Heads of the block that turns a window of points into a token. */
  readonly xyzHeads: number;
  /** Color as three numbers instead of 3 x 256 classes. */
  readonly regressColor: boolean;
  /** Points farther from the origin than this are moved towards it. */
  readonly shrinkThreshold: number;
  /** Corners of the query grid in the normalized frame; `defaultBox` when absent. */
  readonly box?: Box;
  /** Probability above which a point is occupied; `defaultThreshold` when absent. */
  readonly threshold?: number;
}

/** The box that the released MCC demo sweeps. */
export const defaultBox: Box = { min: [-3, -3, -3], max: [3, 3, 3] };

/** The occupancy threshold of the released MCC demo. */
export const defaultThreshold = 0.1;

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

/** MCC by checkpoint: `full` is co3dv2_all_categories; `small` for tests. */
export const mccConfigs = {
  full: mccFull,
  small: { ...mccFull, embed: 48, depth: 2, heads: 4, decoderEmbed: 32, decoderDepth: 2, decoderHeads: 4 },
} as const satisfies Record<string, MccConfig>;
