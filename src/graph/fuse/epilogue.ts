/**
 * Rules that move what follows a matrix product into its epilogue: y = residual + scale * activation(product + bias).
 * Each saves one trip of the whole result through memory.
 */
import { lastDim, sameShape, size } from '../../kernels/check.ts';
import type { Node } from '../record.ts';
import { operandOf, type Rule } from './rule.ts';

/** Ops whose kernels have that epilogue. */
const HAS_EPILOGUE = new Set(['linear', 'conv2d']);

const replaced = (producer: Node, change: Partial<Node>, node: Node) => ({
  replacements: [{ ...producer, ...change, outputs: node.outputs }],
  absorbed: [producer],
});

export const activation: Rule = {
  name: 'activation',
  apply(node, context) {
    const kind = node.attrs.kind;
    if (node.op !== 'unary' || (kind !== 'gelu' && kind !== 'relu')) return undefined;
    const producer = context.onlyProducer(operandOf(node, 'x'));
    if (!producer || !HAS_EPILOGUE.has(producer.op) || producer.attrs.activation !== 'none') return undefined;
    if (producer.inputs.scale || producer.inputs.residual) return undefined;
    return replaced(producer, { attrs: { ...producer.attrs, activation: kind } }, node);
  },
};

/** A factor per channel, as BEiT's layer scale. */
export const layerScale: Rule = {
  name: 'layerScale',
  apply(node, context) {
    if (node.op !== 'binary' || node.attrs.kind !== 'mul') return undefined;
    const x = operandOf(node, 'a');
    const scale = operandOf(node, 'b');
    const producer = context.onlyProducer(x);
    if (!producer || !HAS_EPILOGUE.has(producer.op) || producer.inputs.scale || producer.inputs.residual)
      return undefined;
    if (!sameShape(scale.shape, [lastDim(producer.outputs[0])])) return undefined;
    return replaced(producer, { inputs: { ...producer.inputs, scale } }, node);
  },
};

export const residual: Rule = {
  name: 'residual',
  apply(node, context) {
    if (node.op !== 'binary' || node.attrs.kind !== 'add') return undefined;
    const pair = [operandOf(node, 'a'), operandOf(node, 'b')];
    if (size(pair[0]) !== size(pair[1])) return undefined;
    // The later operand is the usual spelling of a residual (x + f(x)); either may be the product.
    for (const [x, other] of [
      [pair[1], pair[0]],
      [pair[0], pair[1]],
    ]) {
      const producer = context.onlyProducer(x);
      if (!producer || !HAS_EPILOGUE.has(producer.op) || producer.inputs.residual) continue;
      if (x.root === other.root) continue;
      return replaced(producer, { inputs: { ...producer.inputs, residual: other } }, node);
    }
    return undefined;
  },
};

/** relu, then conv2d -> one node that rectifies what it loads. The un-rectified input may have other readers. */
export const inputActivation: Rule = {
  name: 'inputActivation',
  apply(node, context) {
    if (node.op !== 'conv2d' || node.attrs.inputActivation !== 'none') return undefined;
    const producer = context.onlyProducer(operandOf(node, 'x'));
    if (!producer || producer.op !== 'unary' || producer.attrs.kind !== 'relu') return undefined;
    const replacement: Node = {
      ...node,
      inputs: { ...node.inputs, x: operandOf(producer, 'x') },
      attrs: { ...node.attrs, inputActivation: 'relu' },
    };
    return { replacements: [replacement], absorbed: [producer] };
  },
};
