/** LayerNorm over the last axis. Layer Normalization, arXiv:1607.06450, section 3. */
import { expectShape, lastDim, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import reduceWgsl from '../shared/reduce.wgsl';
import layerNormWgsl from './layerNorm.wgsl';

/**
 * x [..., C] · gamma, beta [C] -> y like x. Statistics in f32, two passes.
 * `eps` has no default: SAM's encoder uses 1e-6, its decoder 1e-5.
 * @throws ShapeError if gamma or beta is not [C]
 */
export function layerNorm(x: Operand, gamma: Operand, beta: Operand, eps: number): Dispatch {
  const C = lastDim(x);
  const rows = size(x) / C;
  expectShape('layerNorm', { gamma, beta }, [C]);
  return {
    kernel: 'layerNorm',
    wgsl: [gridWgsl, reduceWgsl, layerNormWgsl],
    constants: { wgSize: C >= 256 ? 64 : 16 },
    params: { rows, C, eps },
    inputs: [x, gamma, beta],
    outputs: [operand(x.shape)],
    workgroups: splitGrid(rows),
    flops: 8 * rows * C,
  };
}
