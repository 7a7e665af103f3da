/** Configurations of ZoeDepth: their fields, and their values for the released checkpoints. */

/** ZoeDepth. arXiv:2302.12288; released code, models/zoedepth and models/zoedepth_nk. */
export interface ZoeConfig {
  /** N: indoor (nyu); K: outdoor (kitti); NK: both, with a router. */
  readonly variant: 'N' | 'K' | 'NK';
  /** Channels of a backbone token. */
  readonly embed: number;
  /** Number of blocks of the backbone. */
  readonly depth: number;
  readonly heads: number;
  /** Side of the patch grid that the position bias tables were trained for. */
  readonly nativeGrid: number;
  /** Indices of the blocks whose outputs are used, shallow first. */
  readonly hooks: readonly number[];
  /** Channels of the four reassembled maps. */
  readonly neck: readonly number[];
  /** Channels of the fusion blocks. */
  readonly features: number;
  /** Number of depth bins. */
  readonly bins: number;
  /** Channels of a bin embedding. */
  readonly binEmbed: number;
  /** Number of attractors of each of the four levels, coarse first. */
  readonly attractors: readonly number[];
  /** Height and width in pixels that the input is resized to, up to the aspect ratio of the photo. */
  readonly inputSize: readonly [number, number];
  /** Hidden channels of the seed regressor, the projectors and the attractors. */
  readonly seedMlp: number;
  readonly projectorMlp: number;
  readonly attractorMlp: number;
  /** Range of depth in meters. `kittiMaxDepth` is the maximum of NK's outdoor expert. */
  readonly minDepth: number;
  readonly maxDepth: number;
  readonly kittiMaxDepth: number;
  /** Range of the temperature of the bin distribution. */
  readonly minTemp: number;
  readonly maxTemp: number;
  /** Whether bin centers come from widths that sum to the depth range (K); else from softplus (N, NK). */
  readonly normed: boolean;
  /** Channels, hidden channels, heads and layers of NK's router. */
  readonly router: number;
  readonly routerMlp: number;
  readonly routerHeads: number;
  readonly routerLayers: number;
  /**
   * Horizontal field of view, in degrees, that the network assumes for every photo. The chain multiplies the depth by
   * the ratio of the photo's focal length to the focal length of this field of view. The released weights have none,
   * and their depth is not scaled. The canonical camera of arXiv:2307.10984, section 3.2.
   */
  readonly canonicalFov?: number;
  /** Outputs of the backbone's classifier. Checkpoints hold it, but inference never runs it. */
  readonly classes: number;
}

const zoeN: ZoeConfig = {
  variant: 'N',
  embed: 1024,
  depth: 24,
  heads: 16,
  nativeGrid: 24,
  hooks: [5, 11, 17, 23],
  neck: [256, 512, 1024, 1024],
  features: 256,
  bins: 64,
  binEmbed: 128,
  attractors: [16, 8, 4, 1],
  inputSize: [384, 512],
  seedMlp: 256,
  projectorMlp: 128,
  attractorMlp: 128,
  minDepth: 1e-3,
  maxDepth: 10,
  kittiMaxDepth: 80,
  minTemp: 0.0212,
  maxTemp: 50,
  normed: false,
  router: 128,
  routerMlp: 1024,
  routerHeads: 4,
  routerLayers: 4,
  classes: 1000,
};

/** Configurations by name, of the checkpoints ZoeD_M12_N, ZoeD_M12_K and ZoeD_M12_NK; `small` (an N) is for tests. */
export const zoeConfigs = {
  N: zoeN,
  // as in the released code: ZoeD_K was trained up to 80 m, but torch hub runs it up to 10 m.
  K: { ...zoeN, variant: 'K', inputSize: [384, 768], normed: true },
  // as in the released code: NK ignores the configured 16, 8, 4, 1 attractors; each level has 16.
  NK: { ...zoeN, variant: 'NK', attractors: [16, 16, 16, 16], seedMlp: 64, projectorMlp: 64 },
  small: {
    ...zoeN,
    embed: 48,
    depth: 4,
    heads: 4,
    nativeGrid: 6,
    hooks: [0, 1, 2, 3],
    neck: [24, 32, 48, 48],
    features: 32,
    bins: 16,
    binEmbed: 32,
    inputSize: [64, 96],
    classes: 10,
  },
} as const satisfies Record<string, ZoeConfig>;
