/**
 * Strategies of the sweep: variants of the decoder for the points of a grid. They are chosen like the variants of a
 * kernel.
 */
import { slice } from '../../graph/ops/movement.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { sweepDecoderObstacle } from '../../kernels/sweepDecoder/sweepDecoder.ts';
import type { SweepStrategy } from '../../kernels/target.ts';
import type { Variant } from '../../kernels/variant.ts';
import type { MccConfig } from './config.ts';
import { EPS } from './constants.ts';
import { decodePoints } from './decoder.ts';
import { sweepDecoder } from './ops.ts';
import { packedDecoder } from './packedDecoder.ts';

/** The decoder: points [Q, 3], seen [decoderDepth, M, 3 decoderEmbed] -> features [Q, decoderEmbed]. */
export type Decode = (points: Tensor, seen: Tensor) => Tensor;

interface SweepVariant extends Variant<MccConfig, Decode> {
  readonly name: SweepStrategy;
  build(config: MccConfig): Decode;
}

/** All blocks in one dispatch: a workgroup computes the whole decoder for its points. */
const batched: SweepVariant = {
  name: 'batched',
  supports: (target, { decoderEmbed: channels, decoderDepth: depth, decoderHeads: heads }) =>
    sweepDecoderObstacle(target, { channels, depth, heads }) ?? true,
  build: (config) => (points, seen) =>
    sweepDecoder(points, seen, packedDecoder(points.graph, config), {
      heads: config.decoderHeads,
      eps: EPS,
      shrinkThreshold: config.shrinkThreshold,
    }),
};

/** One dispatch or more for each layer, over all points of the chunk. It supports every decoder. */
const layered: SweepVariant = {
  name: 'layered',
  supports: () => true,
  build: (config) => (points, seen) => {
    const blocks = Array.from({ length: config.decoderDepth }, (_, i) => slice(seen, 0, i, i + 1));
    return decodePoints(points, blocks, config);
  },
};

export const sweepStrategies: readonly SweepVariant[] = [batched, layered];

/** The decoder of a strategy. */
export const decodeBy = (name: SweepStrategy, config: MccConfig): Decode =>
  (name === 'batched' ? batched : layered).build(config);
