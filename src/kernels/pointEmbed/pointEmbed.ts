/** Embeds seen points. Multiview Compressive Coding, arXiv:2301.08247, section 3; released code, XYZPosEmbed. */
import { expectDtype, expectShape, lastDim, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import pointEmbedWgsl from './pointEmbed.wgsl';

export interface PointEmbedOperands {
  readonly points: Operand;
  readonly valid: Operand;
  readonly w: Operand;
  readonly b: Operand;
  readonly missing: Operand;
}

/**
 * points [..., 3] · valid [...] u32 · w [E, 3] · b, missing [E] -> [..., E]: w p + b where valid, else `missing`.
 * @throws ShapeError if operands do not fit together
 */
export function pointEmbed({ points, valid, w, b, missing }: PointEmbedOperands): Dispatch {
  const E = lastDim(b);
  expectShape('pointEmbed', { points }, [...valid.shape, 3]);
  expectShape('pointEmbed', { w }, [E, 3]);
  expectShape('pointEmbed', { b, missing }, [E]);
  expectDtype('pointEmbed', { valid }, 'u32');
  expectDtype('pointEmbed', { points, w, b, missing }, 'f32');
  const total = size(valid) * E;
  return {
    kernel: 'pointEmbed',
    wgsl: [gridWgsl, pointEmbedWgsl],
    params: { total, E },
    inputs: [points, valid, w, b, missing],
    outputs: [operand([...valid.shape, E])],
    workgroups: splitGrid(ceilDiv(total, 64)),
    flops: 6 * total,
  };
}
