/**
 * ZoeDepth's graphs: one for a pass of N or K; two for a pass of NK, before and after the host reads the router's
 * logits; one for the average.
 */
import { expect, LimitError } from '../../kernels/check.ts';
import { BYTES } from '../../kernels/dtype.ts';
import type { Precision } from '../../kernels/target.ts';
import { resizePhoto } from './ops.ts';
import { flip, slice } from '../../graph/ops/movement.ts';
import { add, affine } from '../../graph/ops/pointwise.ts';
import { resize } from '../../graph/ops/resize.ts';
import { Graph } from '../../graph/record.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { ZoeConfig } from './config.ts';
import type { Recorded } from '../planCache.ts';
import { backbone, PATCH } from './backbone.ts';
import { fusion } from './fusion.ts';
import { metricHead, type HeadInputs } from './metricHead.ts';
import { reassemble } from './reassemble.ts';
import { router, type Expert } from './router.ts';
import { conv } from '../layers/index.ts';
import { networkSize, padAmount } from './size.ts';

/** Configuration and sizes of one pass. */
export interface PassShape {
  readonly config: ZoeConfig;
  /** Storage of activations; f32 by default. */
  readonly precision?: Precision;
  /** Size of the photo in pixels. */
  readonly height: number;
  readonly width: number;
  /** Whether the photo is padded by reflection before it is resized, as in the released program. */
  readonly pad: boolean;
  /** Maximum bytes of a tensor. Larger maps are computed in bands. */
  readonly maxBytes: number;
}

/** Sizes that follow from the size of the photo. */
interface PassSizes {
  /** Rows of padding above and below, and columns of padding at the left and the right. */
  readonly top: number;
  readonly left: number;
  /** Height and width of the padded photo. */
  readonly padded: readonly [number, number];
  /** Height and width of the network's input. */
  readonly network: readonly [number, number];
}

/** @throws ShapeError if the photo is too small; LimitError if it is too wide or too tall */
function sizesOf({ config, precision = 'f32', height, width, pad, maxBytes }: PassShape): PassSizes {
  const [top, left] = pad ? [padAmount(height), padAmount(width)] : [0, 0];
  const padded: [number, number] = [height + 2 * top, width + 2 * left];
  const network = networkSize(...padded, config.inputSize);
  expect(
    network.every((side) => side > 0) && top < height && left < width,
    'ZoeDepth',
    `a photo of ${width} x ${height} pixels is too small or too narrow to estimate depth. Use a larger one.`,
  );
  // The largest map that is not computed in bands is the finest fused one, at half the size of the network's input.
  const bytes = (network[0] / 2) * (network[1] / 2) * config.features * BYTES[precision];
  if (bytes > maxBytes) {
    throw new LimitError(
      `ZoeDepth: a photo of ${width} x ${height} pixels makes a map of ${bytes} bytes; this device binds at most ` +
        `${maxBytes}.\n  The map grows with the ratio of the sides, not with the number of pixels: crop the photo.`,
    );
  }
  return { top, left, padded, network };
}

/**
 * A pass of N or K: input `photo` u32 [H, W] of RGBA8 words -> output `depth` [H, W] in meters.
 * Taps: input, patch_embed, block0.bias, block<i>, reassemble<i>, layer<i>_rn, path<i>, bottleneck, seed_centers,
 * seed_embedding, centers<i>, embedding<i>, features, relative_depth, probabilities, metric_depth.
 */
export function passGraph(shape: PassShape): Recorded {
  const graph = new Graph(shape.precision);
  const { config, maxBytes } = shape;
  const sizes = sizesOf(shape);
  const inputs = trunk(config, networkInput(graph, shape, sizes));
  const depth = graph.scope('metricHead', () => metricHead(config, inputs, { maxBytes }));
  return { graph, outputs: { depth: toPhoto(depth, shape, sizes) } };
}

/**
 * NK up to the router: input `photo` u32 [H, W] -> outputs `logits` [1, 2] of the experts, and the inputs of
 * `expertGraph`. Taps: those of `passGraph` up to bottleneck, and domain_logits.
 */
export function trunkGraph(shape: PassShape): Recorded {
  const graph = new Graph(shape.precision);
  const { config } = shape;
  const { bottleneck, paths } = trunk(config, networkInput(graph, shape, sizesOf(shape)));
  const logits = graph.tap(
    'domain_logits',
    graph.scope('router', () => router(config, bottleneck)),
  );
  const named = Object.fromEntries(paths.map((path, i) => [`path${i}`, path]));
  return { graph, outputs: { logits, bottleneck, ...named } };
}

/**
 * One expert of NK: inputs `bottleneck` and `path0` .. `path3`, coarse first -> output `depth` [H, W] in meters.
 * Taps: those of `passGraph` after bottleneck.
 */
export function expertGraph({ expert, ...shape }: PassShape & { readonly expert: Expert }): Recorded {
  const graph = new Graph(shape.precision);
  const { config, maxBytes } = shape;
  const sizes = sizesOf(shape);
  const [h, w] = sizes.network.map((side) => side / PATCH);
  const { features } = config;
  const inputs: HeadInputs = {
    bottleneck: graph.input('bottleneck', [1, h / 2, w / 2, features], graph.activations),
    paths: [1, 2, 4, 8].map((scale, i) =>
      graph.input(`path${i}`, [1, scale * h, scale * w, features], graph.activations),
    ),
  };
  const depth = graph.scope('metricHead', () => metricHead(config, inputs, { expert, maxBytes }));
  return { graph, outputs: { depth: toPhoto(depth, shape, sizes) } };
}

/** Inputs `plain` and `mirrored` [H, W] -> output `depth` [H, W], the average of `plain` and the flipped `mirrored`. */
export function averageGraph({ height, width }: { height: number; width: number }): Recorded {
  const graph = new Graph();
  const [plain, mirrored] = ['plain', 'mirrored'].map((name) => graph.input(name, [height, width]));
  return { graph, outputs: { depth: affine(add(plain, flip(mirrored, 1)), 0.5, 0) } };
}

/** The network's input: the photo, padded, resized and scaled to -1..1, [1, h, w, 3]. */
function networkInput(graph: Graph, { height, width }: PassShape, margins: PassSizes): Tensor {
  const photo = graph.input('photo', [height, width], 'u32');
  return graph.tap('input', affine(resizePhoto(photo, margins.network, margins), 2, -1));
}

/** Backbone and decoder: the network's input -> the inputs of the metric head. */
function trunk(config: ZoeConfig, input: Tensor): HeadInputs {
  const { graph } = input;
  const [h, w] = [input.shape[1] / PATCH, input.shape[2] / PATCH];
  const hooked = graph.scope('backbone', () => backbone(config, input));
  const levels = graph.scope('reassemble', () => reassemble(config, hooked, h, w));
  const paths = fusion(levels);
  // as in the released code: the bottleneck reads the coarsest level, not its fused map.
  return { bottleneck: graph.tap('bottleneck', conv('conv2', levels[3], config.features)), paths };
}

/**
 * Depth [1, h, w] at the network's size -> [H, W] at the photo's size, without the padding. Bicubic and not clamped.
 */
function toPhoto(depth: Tensor, { height, width }: PassShape, { top, left, padded, network }: PassSizes): Tensor {
  const map = depth.graph.tap('metric_depth', depth.reshape([1, ...network, 1]));
  const rows: [number, number] = [top, top + height];
  const columns: [number, number] = [left, left + width];
  const keepsSize = network[0] === padded[0] && network[1] === padded[1];
  const inside = keepsSize
    ? slice(slice(map, 1, ...rows), 2, ...columns)
    : resize(map, padded, { mode: 'bicubic', alignCorners: false, rows, columns });
  return inside.reshape([height, width]);
}
