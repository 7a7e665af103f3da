/** MCC's graphs: one encodes the image, the others decode queries. */
import { concat, slice } from '../../graph/ops/movement.ts';
import { temperatureColor } from './ops.ts';
import { Graph } from '../../graph/record.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Precision, SweepStrategy } from '../../kernels/target.ts';
import type { MccConfig } from './config.ts';
import type { Recorded } from '../planCache.ts';
import { decodePoints, joinTokens, predict, predictColor, seenTokens } from './decoder.ts';
import { encoder, type SeenTensors } from './encoder.ts';
import type { PointEncoderOptions } from './pointEncoder.ts';
import { decodeBy } from './strategies.ts';

/** Number of tokens of an image: the class token and the patches. */
const tokenCount = ({ image, patch }: MccConfig): number => (image / patch) ** 2 + 1;

/** Side of the point map: half the side of the color input. */
export const pointSide = ({ image }: MccConfig): number => image / 2;

function seenInputs(graph: Graph, config: MccConfig, side: number): SeenTensors {
  const points = pointSide(config);
  return {
    rgb: graph.input('rgb', [1, side, side, 3]),
    xyz: graph.input('xyz', [1, points, points, 3]),
    valid: graph.input('valid', [1, points, points], 'u32'),
  };
}

/** A network and how it stores its activations. */
export interface Stored {
  readonly config: MccConfig;
  /** Storage of activations, and of the queries, keys and values of the seen tokens; f32 by default. */
  readonly precision?: Precision;
}

export interface EncoderShape extends Stored {
  /** Side of the colors. */
  readonly side: number;
}

/**
 * Inputs `rgb` [1, side, side, 3] in 0..1 (side is 800 or that of the color input), `xyz` [1, P, P, 3] and
 * `valid` u32 [1, P, P]
 * -> outputs `latent` [1, M, 2 embed] and `seen` [decoderDepth, M, 3 decoderEmbed]: queries, keys and values of the
 * seen tokens in every block of the decoder. Taps: those of `encoder`, and decoder.seen.
 */
export function encoderGraph({ config, precision, side }: EncoderShape): Recorded {
  const graph = new Graph(precision);
  const latent = graph.scope('encoder', () => encoder(seenInputs(graph, config, side), config));
  const { qkv } = graph.scope('seen', () => seenTokens(latent, config));
  return { graph, outputs: { latent, seen: concat(qkv, 0) } };
}

/** The input `seen` of a graph that decodes points. */
export const seenInput = (graph: Graph, config: MccConfig): Tensor =>
  graph.input('seen', [config.decoderDepth, tokenCount(config), 3 * config.decoderEmbed], graph.activations);

/** Color predictions [n, 768 or 3] -> colors [n, 3] in 0..1. Regressed colors are not changed. */
const toColors = (predicted: Tensor, config: MccConfig, temperature: number): Tensor =>
  config.regressColor ? predicted : temperatureColor(predicted, temperature);

/** The color predictions among all predictions. `temperatureColor` reads the last 768 columns of all of them. */
const colorColumns = (pred: Tensor, config: MccConfig): Tensor => (config.regressColor ? slice(pred, 1, 1, 4) : pred);

export interface QueryShape extends Stored {
  /** Points of one run. */
  readonly count: number;
  /** Temperature of the softmax over colors. */
  readonly temperature: number;
  readonly strategy: SweepStrategy;
}

/**
 * Inputs `queries` [count, 3] and `seen` -> outputs `pred` [count, predictions] (occupancy logit first) and `color`
 * [count, 3].
 */
export function queryGraph({ config, precision, count, temperature, strategy }: QueryShape): Recorded {
  const graph = new Graph(precision);
  const points = graph.input('queries', [count, 3]);
  const pred = predict(decodeBy(strategy, config)(points, seenInput(graph, config)), config);
  return { graph, outputs: { pred, color: toColors(colorColumns(pred, config), config, temperature) } };
}

export interface ColorShape extends Stored {
  /** Rows of the features. */
  readonly rows: number;
  /** Rows that get a color. */
  readonly take: number;
  /** Temperature of the softmax over colors. */
  readonly temperature: number;
}

/** Input `features` [rows, decoderEmbed] -> output `color` [take, 3] of its first rows. */
export function colorGraph({ config, precision, rows, take, temperature }: ColorShape): Recorded {
  const graph = new Graph(precision);
  const features = slice(graph.input('features', [rows, config.decoderEmbed], graph.activations), 0, 0, take);
  return { graph, outputs: { color: toColors(predictColor(features, config), config, temperature) } };
}

/**
 * The whole network with all taps, for comparisons: inputs of `encoderGraph` and `queries` [count, 3] -> outputs of
 * `queryGraph` and `latent`. Further taps: decoder.block<i> [1, M + count, decoderEmbed] (seen tokens, then queries),
 * decoder.norm [1, count, decoderEmbed].
 */
export function wholeGraph(
  config: MccConfig,
  side: number,
  count: number,
  temperature: number,
  options: PointEncoderOptions = {},
): Recorded {
  const graph = new Graph();
  const latent = encoder(seenInputs(graph, config, side), config, options);
  const { qkv, states } = seenTokens(latent, config);
  const features = decodePoints(graph.input('queries', [count, 3]), qkv, config, (i, x) =>
    graph.tap(`decoder.block${i}`, joinTokens(states[i], x)),
  );
  graph.tap('decoder.norm', features.reshape([1, ...features.shape]));
  const pred = predict(features, config);
  return { graph, outputs: { latent, pred, color: toColors(colorColumns(pred, config), config, temperature) } };
}
