/** Attention of MCC's point block, from coordinates alone. Multiview Compressive Coding, arXiv:2301.08247; XYZPosEmbed. */
import { expect, expectDtype, expectShape, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import pointAttentionWgsl from './pointAttention.wgsl';

export interface PointAttentionOperands {
  /** [1, S, S, 3]. */
  readonly points: Operand;
  /** u32 [1, S, S]. */
  readonly valid: Operand;
  /** [states + 2, 4]. */
  readonly spread: Operand;
  /** [states + 3, heads]. */
  readonly scores: Operand;
}

/** Number of states of a token: the class token, then each place with a point, then each place without one. */
export const stateCount = (window: number): number => 1 + 2 * window * window;

/**
 * A token in state j at point p (0 without one) is A p + e_j, centered over channels. Its variance is
 * p.G p + 2 p.g_j + s_j and its logit r (a.p + b_j), with r = 1 / sqrt(variance + eps).
 * spread: (2 g_j, s_j) for each state, then (Gxx, Gyy, Gzz, -) and (2 Gxy, 2 Gxz, 2 Gyz, -).
 * scores: b_j for each state, then a along x, y and z; a column per head.
 * -> [windows, heads, 3 + states]: with weights w = softmax(logits) r, the sum of w p, and w by state; 0 for states that
 * do not occur. Any function that is linear in the normalized tokens is linear in these.
 * @throws ShapeError if operands do not fit together
 */
export function pointAttention(
  { points, valid, spread, scores }: PointAttentionOperands,
  window: number,
  eps: number,
): Dispatch {
  const [, side] = valid.shape;
  expectShape('pointAttention', { valid }, [1, side, side]);
  expectShape('pointAttention', { points }, [1, side, side, 3]);
  expectDtype('pointAttention', { valid }, 'u32');
  expectDtype('pointAttention', { points, spread, scores }, 'f32');
  expect(
    side % window === 0,
    'pointAttention',
    `a map of ${side} x ${side} points does not split into windows of ${window}. Check the configuration.`,
  );
  const states = stateCount(window);
  const heads = scores.shape[1];
  expectShape('pointAttention', { spread }, [states + 2, 4]);
  expect(
    scores.shape.length === 2 && scores.shape[0] === states + 3,
    'pointAttention',
    `scores is ${show(scores.shape)}, expected [${states + 3}, heads].`,
  );
  const windows = (side / window) ** 2;
  const total = windows * heads;
  return {
    kernel: 'pointAttention',
    wgsl: [gridWgsl, mathWgsl, pointAttentionWgsl],
    params: { total, side, window, heads, eps },
    inputs: [points, valid, spread, scores],
    outputs: [operand([windows, heads, 3 + states])],
    workgroups: splitGrid(ceilDiv(total, 64)),
    flops: 200 * total * (1 + window * window),
  };
}
