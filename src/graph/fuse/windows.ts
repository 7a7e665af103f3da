/**
 * Windowed attention without copies: the attention kernel finds the tokens of a window by index arithmetic.
 *
 * before: windowPartition -> linear (qkv) -> attention -> linear -> windowMerge
 * after:  linear (qkv) -> attention within windows -> linear
 *
 * Both linear layers then run on the tokens of the map alone, without the padding. Padding tokens are zero, so their q,
 * k and v are the bias of the first layer. The merge drops the padding tokens after the second layer.
 */
import type { NodeOf } from '../op.ts';
import { attentionOp } from '../ops/attention.ts';
import { linearOp } from '../ops/matmul.ts';
import { windowMergeOp, windowPartitionOp } from '../ops/movement.ts';
import { Tensor } from '../tensor.ts';
import type { Rule } from './rule.ts';

/** Whether a linear layer has an empty epilogue: no op was fused into it yet. */
const isPlain = ({ inputs, attributes }: NodeOf<typeof linearOp>): boolean =>
  attributes.activation === 'none' && !inputs.scale && !inputs.residual;

const tokensOf = (map: Tensor): Tensor => {
  const [B, height, width, C] = map.shape;
  return map.reshape([B, height * width, C]);
};

export const windows: Rule = {
  name: 'windows',
  apply(merge, context) {
    if (!windowMergeOp.is(merge)) return undefined;
    const project = context.onlyProducer(merge.inputs.x);
    if (!linearOp.is(project) || !isPlain(project)) return undefined;
    const attend = context.onlyProducer(project.inputs.x);
    if (!attentionOp.is(attend) || attend.attributes.windows) return undefined;
    // A full bias has one entry for each pair of tokens of a window; the windowed kernel has no such bias.
    if (attend.attributes.bias?.kind === 'full') return undefined;
    const { q, k, v } = attend.inputs;
    if (q.root !== k.root || q.root !== v.root) return undefined;
    const toQkv = context.onlyProducer(q, 3);
    if (!linearOp.is(toQkv) || !isPlain(toQkv) || !toQkv.inputs.b) return undefined;
    const partition = context.onlyProducer(toQkv.inputs.x);
    const { size } = merge.attributes;
    if (!windowPartitionOp.is(partition) || partition.attributes.size !== size) return undefined;

    const map = partition.inputs.x;
    const [B, height, width] = map.shape;
    if (q.shape[1] !== size * size) return undefined;
    const computed = ({ shape, dtype }: Tensor): Tensor =>
      new Tensor(map.graph, [B, height * width, shape[2]], dtype, { kind: 'node' });
    const qkv = computed(q);
    const attended = computed(attend.outputs[0]);
    return {
      replacements: [
        linearOp.with(toQkv, { inputs: { x: tokensOf(map) }, outputs: [qkv] }),
        attentionOp.with(attend, {
          inputs: { q: qkv, k: qkv, v: qkv, fill: toQkv.inputs.b },
          attributes: { windows: { height, width, size } },
          outputs: [attended],
        }),
        linearOp.with(project, { inputs: { x: attended }, outputs: merge.outputs }),
      ],
      fused: [partition, toQkv, attend, project],
    };
  },
};
