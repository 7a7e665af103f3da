/**
 * Fusion of the four scales, coarse to fine. Vision Transformers for Dense Prediction, arXiv:2103.13413, section 3.1.
 */
import { add, relu } from '../../graph/ops/pointwise.ts';
import { resize } from '../../graph/ops/resize.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { conv } from '../layers/index.ts';

/**
 * Maps of the four levels, fine first -> fused maps, coarse first. The last one has twice the size of the finest level.
 */
export function fusion(levels: readonly Tensor[]): Tensor[] {
  const { graph } = levels[0];
  const paths: Tensor[] = [];
  for (let i = 4; i >= 1; i--) {
    const name = `core.core.scratch.refinenet${i}`;
    const level = levels[i - 1];
    const [H, W] = i > 1 ? sizeOf(levels[i - 2]) : sizeOf(level).map((side) => 2 * side);
    // as in the released code: the coarsest block has no second input, so its first unit never runs.
    const x = paths.length ? add(paths[paths.length - 1], residualUnit(`${name}.resConfUnit1`, level)) : level;
    paths.push(
      graph.tap(
        `path${i}`,
        graph.scope(`fusion${i}`, () => fuse(name, x, [H, W])),
      ),
    );
  }
  return paths;
}

const sizeOf = (map: Tensor): number[] => [map.shape[1], map.shape[2]];

/** Refines a map and resizes it. */
function fuse(name: string, x: Tensor, size: [number, number]): Tensor {
  const refined = residualUnit(`${name}.resConfUnit2`, x);
  // The released code resizes first. Resize and 1x1 convolution are linear, and bilinear weights sum to 1, so the order
  // changes only roundings. Here the convolution computes a quarter of the pixels.
  const projected = conv(`${name}.out_conv`, refined, x.shape[3]);
  return resize(projected, size, { mode: 'bilinear', alignCorners: true });
}

/** A residual unit: two 3x3 convolutions, each after a relu, plus the input before relu. */
function residualUnit(name: string, x: Tensor): Tensor {
  const conv3 = (layer: string, y: Tensor) => conv(`${name}.${layer}`, relu(y), x.shape[3], { kernel: 3, padding: 1 });
  return add(conv3('conv2', conv3('conv1', x)), x);
}
