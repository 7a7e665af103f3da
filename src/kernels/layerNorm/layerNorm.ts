/** LayerNorm over the last axis. Layer Normalization, arXiv:1607.06450, section 3. */
import { expectDtype, expectShape, lastDim, size } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { fitsTexture, flatConstant, flatCopy } from '../shared/flat.ts';
import gridWgsl from '../shared/grid.wgsl';
import reduceWgsl from '../shared/reduce.wgsl';
import scalarWgsl from '../shared/row.scalar.wgsl';
import vec4Wgsl from '../shared/row.vec4.wgsl';
import type { Target } from '../target.ts';
import laneWgsl from './layerNorm.lane.wgsl';
import layerNormWgsl from './layerNorm.wgsl';

/**
 * x [..., C] · gamma, beta [C] -> y like x. Statistics in f32, two passes.
 * `eps` has no default: SAM's encoder uses 1e-6, its decoder 1e-5.
 * @param constant whether gamma and beta are known before the run, so that they can be repacked at load time
 * @throws ShapeError if gamma or beta is not [C]
 */
export function layerNorm(
  target: Target,
  x: Operand,
  gamma: Operand,
  beta: Operand,
  eps: number,
  constant: boolean,
): Step[] {
  const C = lastDim(x);
  const rows = size(x) / C;
  expectShape('layerNorm', { gamma, beta }, [C]);
  expectDtype('layerNorm', { x, gamma, beta }, 'f32');
  const byFours = C % 4 === 0;
  const steps = byFours ? C / 4 : C;
  const common = {
    kernel: 'layerNorm',
    params: { rows, steps, C, eps },
    outputs: [operand(x.shape)],
    flops: 8 * rows * C,
  };
  if (target.rows === 'lane' && byFours && constant && fitsTexture(x)) {
    const { texture, copy } = flatCopy(x);
    return [
      copy,
      {
        ...common,
        wgsl: [gridWgsl, vec4Wgsl, laneWgsl],
        inputs: [texture, flatConstant(gamma), flatConstant(beta)],
        workgroups: splitGrid(ceilDiv(rows, 8)),
      },
    ];
  }
  return [
    {
      ...common,
      wgsl: [gridWgsl, reduceWgsl, byFours ? vec4Wgsl : scalarWgsl, layerNormWgsl],
      constants: { wgSize: steps >= 128 ? 64 : steps >= 32 ? 32 : 8 },
      inputs: [x, gamma, beta],
      workgroups: splitGrid(rows),
    },
  ];
}
