/** Metric depth: bins whose centers move from scale to scale. ZoeDepth, arXiv:2302.12288, section 3.2. */
import { attract, binProbabilities, cumsumRows, metricBins, sortRows } from './ops.ts';
import { asActivation } from '../../graph/ops/cast.ts';
import { conv2d, type ResultOptions } from '../../graph/ops/matmul.ts';
import { concat, pad, slice } from '../../graph/ops/movement.ts';
import { add, affine, clamp, div, gelu, relu, softplus } from '../../graph/ops/pointwise.ts';
import { sum } from '../../graph/ops/reduce.ts';
import { resize } from '../../graph/ops/resize.ts';
import { BYTES } from '../../kernels/dtype.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ZoeConfig } from './config.ts';
import { conv } from '../layers/index.ts';
import { bandsOf, type Band } from './bands.ts';
import { RELATIVE_FEATURES, relativeBand, relativeStem } from './relativeHead.ts';
import type { Expert } from './router.ts';

/** Inputs of the metric head. */
export interface HeadInputs {
  /** [B, h, w, features] */
  readonly bottleneck: Tensor;
  /** Fused maps, coarse first. */
  readonly paths: readonly Tensor[];
}

/** The head to run, and the maximum size of a tensor. */
export interface HeadOptions {
  /** The head of NK; undefined for N and K, which have one head. */
  readonly expert?: Expert;
  /** Maximum bytes of a tensor. */
  readonly maxBytes: number;
}

/** Added after relu, to make values positive. */
const POSITIVE = 1e-3;

/** The metric head -> depth [B, H, W] in meters, at twice the size of the finest path. */
export function metricHead(config: ZoeConfig, { bottleneck, paths }: HeadInputs, options: HeadOptions): Tensor {
  const { graph } = bottleneck;
  const { expert } = options;
  const suffix = expert ? `.${expert}` : '';
  const range = depthRange(config, expert);
  const seedName = expert ? `seed_bin_regressors${suffix}` : 'seed_bin_regressor';
  const seed = twoConvs(seedName, bottleneck, config.seedMlp, config.bins, EXACT);
  let centers = graph.tap('seed_centers', config.normed ? centersFromWidths(seed, range) : softplus(seed));
  const projector = (name: string, x: Tensor) => twoConvs(name, x, config.projectorMlp, config.binEmbed);
  let previous = graph.tap('seed_embedding', projector('seed_projector', bottleneck));
  paths.forEach((path, i) => {
    const embedding = projector(`projectors.${i}`, path);
    const context = add(embedding, enlarge(previous, path)); // `previous` is a projector's output, not a sum like this
    const count = config.attractors[i];
    const outputs = config.normed ? 2 * count : count;
    const raw = twoConvs(`attractors${suffix}.${i}`, context, config.attractorMlp, outputs, EXACT);
    centers = graph.tap(`centers${i}`, attract(attractorPoints(raw, config), enlarge(centers, path)));
    previous = graph.tap(`embedding${i}`, embedding);
  });
  const meters = config.normed ? orderedMeters(centers, range) : centers;
  return lastStage(config, { path: paths[paths.length - 1], embedding: previous, centers: meters }, suffix, options);
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const depthRange = (config: ZoeConfig, expert?: Expert): Range => ({
  low: config.minDepth,
  high: expert === 'kitti' ? config.kittiMaxDepth : config.maxDepth,
});

/** Two 1x1 convolutions with ReLU between them. */
const twoConvs = (name: string, x: Tensor, hidden: number, out: number, options: ResultOptions = {}): Tensor =>
  conv(`${name}._net.2`, relu(conv(`${name}._net.0`, x, hidden)), out, options);

/** Bin centers, attractors and the numbers of the distribution stay f32: the depth is computed from them alone. */
const EXACT = { dtype: 'f32' } as const;

/** A map at the size of `like`. */
const enlarge = (x: Tensor, like: Tensor): Tensor =>
  resize(x, [like.shape[1], like.shape[2]], { mode: 'bilinear', alignCorners: true });

/** K: positive bin widths that sum to the depth range. The centers are the middles of the bins, mapped to 0..1. */
function centersFromWidths(seed: Tensor, { low, high }: Range): Tensor {
  const positive = affine(relu(seed), 1, POSITIVE);
  const total = sum(positive);
  const widths = affine(div(positive, total.reshape([...total.shape, 1])), high - low, 0);
  const edges = cumsumRows(pad(widths, [0, 0, 0, 1], [0, 0, 0, 0], low)); // [B, h, w, bins + 1]
  const bins = seed.shape[3];
  const middles = affine(add(slice(edges, 3, 0, bins), slice(edges, 3, 1, bins + 1)), 0.5, -low);
  return affine(middles, 1 / (high - low), 0);
}

/** The attractors: points that bin centers move towards. */
function attractorPoints(raw: Tensor, { normed }: ZoeConfig): Tensor {
  if (!normed) return softplus(raw);
  // as in the released code: pairs were meant to be normalized, but the first of each pair is used without
  // normalization.
  return slice(affine(relu(raw), 1, POSITIVE), 3, 0, raw.shape[3], 2);
}

/** K: centers in 0..1 -> meters, in ascending order, clamped to the depth range. */
const orderedMeters = (centers: Tensor, { low, high }: Range): Tensor =>
  clamp(sortRows(affine(centers, high - low, low)), low, high);

interface LastStage {
  /** The finest fused map. The features have twice its size. */
  readonly path: Tensor;
  readonly embedding: Tensor;
  readonly centers: Tensor;
}

/** Distribution over bins and expected depth at full size, in bands if a map would not fit into a binding. */
function lastStage(
  config: ZoeConfig,
  { path, embedding, centers }: LastStage,
  suffix: string,
  { expert, maxBytes }: HeadOptions,
): Tensor {
  const { graph } = path;
  const name = `conditional_log_binomial${suffix}.mlp`;
  // N and K also read the relative depth.
  const fullSizeChannels = RELATIVE_FEATURES + (expert ? 0 : 1);
  const hidden = Math.floor((fullSizeChannels + config.binEmbed) / (expert ? 4 : 2));
  const stem = relativeStem(path);
  const [height, width] = [2 * stem.shape[1], 2 * stem.shape[2]];
  // The released code enlarges the embedding, concatenates it to the features and convolves. A 1x1 convolution and a
  // resize are both linear, so here the embedding is convolved at its small size and then enlarged. Only roundings
  // differ, and the map with the largest number of channels is never computed.
  const context = conv2d(embedding, columnsOf(path, name, hidden, fullSizeChannels, config.binEmbed, true), null);
  const bias = graph.weight(`${name}.0.bias`, [hidden]);
  const weight = columnsOf(path, name, hidden, fullSizeChannels, config.binEmbed, false);
  const bands = bandsOf(height, width * Math.max(stem.shape[3], hidden) * BYTES[stem.dtype], maxBytes);
  const parts = bands.map((band) =>
    graph.scope(`rows ${band.from}..${band.to}`, () => {
      const { features, relative } = relativeBand(stem, band);
      const seen = expert ? features : concat([features, inFour(relative)], 3);
      const around = resize(context, [height, width], { mode: 'bilinear', alignCorners: true, rows: rowsOf(band) });
      const mixed = gelu(add(conv2d(seen, weight, bias, { dtype: graph.activations }), around)); // [B, rows, W, hidden]
      const raw = conv(`${name}.2`, mixed, 4, EXACT);
      return {
        features,
        relative,
        probabilities: binProbabilities(raw, config.bins, config),
        depth: metricBins(raw, centers, config, height, rowsOf(band)),
      };
    }),
  );
  const joined = (key: keyof (typeof parts)[0]): Tensor =>
    parts.length === 1
      ? parts[0][key]
      : concat(
          parts.map((part) => part[key]),
          1,
        );
  graph.tap('features', joined('features'));
  graph.tap('relative_depth', joined('relative'));
  graph.tap('probabilities', joined('probabilities'));
  return joined('depth');
}

/** One channel as an activation of four, the others zeros: kernels read four channels at a time, and halves only so. */
const inFour = (x: Tensor): Tensor => asActivation(pad(x, [0, 0, 0, 0], [0, 0, 0, 3], 0));

const rowsOf = ({ from, to }: Band): [number, number] => [from, to];

/**
 * Columns of the first layer's weight: those that read the embedding, or those that read the features at full size, filled up to
 * a multiple of four with zeros.
 */
function columnsOf(
  { graph }: Tensor,
  name: string,
  hidden: number,
  fullSizeChannels: number,
  embedding: number,
  ofEmbedding: boolean,
): Tensor {
  const inputs = fullSizeChannels + embedding;
  const [from, to] = ofEmbedding ? [fullSizeChannels, inputs] : [0, fullSizeChannels];
  const width = ofEmbedding ? to - from : 4 * Math.ceil((to - from) / 4);
  const needs = [{ name: `${name}.0.weight`, shape: [hidden, inputs, 1, 1] }];
  const compute = (weight: Float32Array): Float32Array => {
    const part = new Float32Array(hidden * width);
    for (let row = 0; row < hidden; row++) {
      part.set(weight.subarray(row * inputs + from, row * inputs + to), row * width);
    }
    return part;
  };
  const shape = [hidden, width, 1, 1];
  return graph.constant({ name: `columns of ${name}.0.weight`, of: { from, to }, needs, shape, compute });
}
