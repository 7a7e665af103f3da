/** LayerNorm over the last axis. Layer Normalization, arXiv:1607.06450, section 3. */
import { expectDtype, expectShape } from '../check.ts';
import { operand, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import { flatConstant, flatCopy } from '../shared/flat.ts';
import gridWgsl from '../shared/grid.wgsl';
import vec4Wgsl from '../shared/row.vec4.wgsl';
import { REDUCTIONS, rowsOf, rowTexts, supportsLane, threadsOf, type Rows } from '../shared/rows.ts';
import type { Target } from '../target.ts';
import { build, type Variant } from '../variant.ts';
import laneWgsl from './layerNorm.lane.wgsl';
import layerNormWgsl from './layerNorm.wgsl';

interface LayerNorm extends Rows {
  readonly gamma: Operand;
  readonly beta: Operand;
  readonly eps: number;
  readonly constant: boolean;
}

const common = ({ x, rows, steps, C, eps }: LayerNorm) => ({
  kernel: 'layerNorm',
  params: { rows, steps, C, eps },
  outputs: [operand(x.shape, x.dtype)],
  flops: 8 * rows * C,
});

/** A workgroup per row. */
const shared: readonly Variant<LayerNorm, readonly Step[]>[] = REDUCTIONS.map(({ name, supports, wgsl }) => ({
  name,
  supports,
  build: (problem) => [
    {
      ...common(problem),
      wgsl: [gridWgsl, wgsl, ...rowTexts(problem), layerNormWgsl],
      constants: { wgSize: threadsOf(problem) },
      inputs: [problem.x, problem.gamma, problem.beta],
      workgroups: splitGrid(problem.rows),
    },
  ],
}));

const lane: Variant<LayerNorm, readonly Step[]> = {
  name: 'lane',
  supports: (_, problem) =>
    problem.constant
      ? supportsLane(problem)
      : 'gamma or beta is computed, and only constants can be packed into textures',
  build(problem) {
    const { texture, copy } = flatCopy(problem.x);
    return [
      copy,
      {
        ...common(problem),
        wgsl: [gridWgsl, vec4Wgsl, laneWgsl],
        inputs: [texture, flatConstant(problem.gamma), flatConstant(problem.beta)],
        workgroups: splitGrid(ceilDiv(problem.rows, 8)),
      },
    ];
  },
};

/**
 * x [..., C], f32 or f16 · gamma, beta [C] f32 -> y like x. Statistics in f32, two passes.
 * `eps` has no default: SAM's image encoder uses 1e-6, its mask decoder 1e-5.
 * @param constant whether gamma and beta are known before the run, so that they can be repacked at load time
 * @throws ShapeError if gamma or beta is not f32 [C], or x is f16 and C is not a multiple of 4
 */
export function layerNorm(
  target: Target,
  x: Operand,
  gamma: Operand,
  beta: Operand,
  eps: number,
  constant: boolean,
): Step[] {
  const rows = rowsOf('layerNorm', x);
  expectShape('layerNorm', { gamma, beta }, [rows.C]);
  expectDtype('layerNorm', { gamma, beta }, 'f32');
  return build('layerNorm', [...shared, lane], target, { ...rows, gamma, beta, eps, constant });
}
