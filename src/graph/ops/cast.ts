/** Conversion between the types that floating-point numbers are stored in. */
import { cast as castKernel } from '../../kernels/cast/cast.ts';
import type { FloatType } from '../../kernels/dispatch.ts';
import { defineOp } from '../op.ts';
import type { Tensor } from '../tensor.ts';

const castOp = defineOp<{ readonly x: Tensor }, { readonly dtype: FloatType }>({
  name: 'cast',
  lower: (_, { x }, { dtype }) => [castKernel(x, dtype)],
});

/**
 * The values of x, stored as f32 or f16 -> like x. For f16 they are rounded to nearest and limited to 65504 in
 * magnitude.
 */
export const cast = (x: Tensor, dtype: FloatType): Tensor => (x.dtype === dtype ? x : castOp.record({ x }, { dtype }));

/** x as the graph stores activations. */
export const asActivation = (x: Tensor): Tensor => cast(x, x.graph.activations);
