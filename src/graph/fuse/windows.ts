/**
 * Attention within windows without moving a token: windows by index arithmetic.
 *
 * before: windowPartition -> linear (qkv) -> attention -> linear -> windowMerge
 * after:  linear (qkv) -> attention within windows -> linear
 *
 * Both linear layers then run on the tokens of the map alone, not on its padding. The padding is zero, so its q, k and v
 * are the bias of the first layer; what the second layer makes of it is cut away.
 */
import type { Node } from '../record.ts';
import { Tensor } from '../tensor.ts';
import { operandOf, type Rule } from './rule.ts';

/** A linear layer that nothing was fused into yet. */
const isPlainLinear = (node: Node | undefined): node is Node =>
  node?.op === 'linear' && node.attrs.activation === 'none' && !node.inputs.scale && !node.inputs.residual;

const tokensOf = (map: Tensor): Tensor => {
  const [B, height, width, C] = map.shape;
  return map.reshape([B, height * width, C]);
};

export const windows: Rule = {
  name: 'windows',
  apply(merge, context) {
    if (merge.op !== 'windowMerge') return undefined;
    const project = context.onlyProducer(operandOf(merge, 'x'));
    if (!isPlainLinear(project)) return undefined;
    const attend = context.onlyProducer(operandOf(project, 'x'));
    if (attend?.op !== 'attention' || attend.attrs.windows) return undefined;
    // A bias for every pair of tokens would have to be known for every window.
    if (attend.inputs.bias) return undefined;
    const [q, k, v] = ['q', 'k', 'v'].map((name) => operandOf(attend, name));
    if (q.root !== k.root || q.root !== v.root) return undefined;
    const toQkv = context.onlyProducer(q, 3);
    if (!isPlainLinear(toQkv) || !toQkv.inputs.b) return undefined;
    const partition = context.onlyProducer(operandOf(toQkv, 'x'));
    if (partition?.op !== 'windowPartition' || partition.attrs.size !== merge.attrs.size) return undefined;

    const map = operandOf(partition, 'x');
    const [B, height, width] = map.shape;
    const size = merge.attrs.size as number;
    if (q.shape[1] !== size * size) return undefined;
    const computed = (channels: number): Tensor =>
      new Tensor(map.graph, [B, height * width, channels], 'f32', { kind: 'node' });
    const qkv = computed(q.shape[2]);
    const attended = computed(attend.outputs[0].shape[2]);
    return {
      replacements: [
        { ...toQkv, inputs: { ...toQkv.inputs, x: tokensOf(map) }, outputs: [qkv] },
        {
          ...attend,
          inputs: { ...attend.inputs, q: qkv, k: qkv, v: qkv, fill: operandOf(toQkv, 'b') },
          attrs: { ...attend.attrs, windows: { height, width, size } },
          outputs: [attended],
        },
        { ...project, inputs: { ...project.inputs, x: attended }, outputs: merge.outputs },
      ],
      absorbed: [partition, toQkv, attend, project],
    };
  },
};
