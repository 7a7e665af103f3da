/**
 * Rules that fuse the ops after a matrix product into its epilogue: y = residual + scale * activation(product + bias).
 * Each rule saves one write and one read of the whole result.
 */
import { lastDim, sameShape, size } from '../../kernels/check.ts';
import type { Activation } from '../../kernels/shared/gemm/gemm.ts';
import { conv2dOp, linearOp, type ProductInputs } from '../ops/matmul.ts';
import { binaryOp, unaryOp } from '../ops/pointwise.ts';
import type { Node, Tensor } from '../tensor.ts';
import type { Rewrite, Rule } from './rule.ts';

/** The inputs, attributes and outputs that these rules change in a product. */
interface Change {
  readonly inputs?: Partial<Pick<ProductInputs, 'scale' | 'residual'>>;
  readonly attributes?: { readonly activation: Activation };
  /** The product gets their type. */
  readonly outputs: readonly Tensor[];
}

/** A matrix product whose kernel has the epilogue, seen without its op. */
interface Product {
  readonly node: Node;
  readonly inputs: ProductInputs;
  readonly attributes: { readonly activation: Activation };
  with(change: Change): Node;
}

/** A change that says of which type the result is. */
function typed({ attributes, ...change }: Change) {
  const [{ dtype }] = change.outputs;
  if (dtype !== 'f32' && dtype !== 'f16') throw new Error(`a product cannot give ${dtype}`);
  return { ...change, attributes: { ...attributes, dtype } };
}

function productOf(node: Node | undefined): Product | undefined {
  if (linearOp.is(node)) {
    return {
      node,
      inputs: node.inputs,
      attributes: node.attributes,
      with: (change) => linearOp.with(node, typed(change)),
    };
  }
  if (conv2dOp.is(node)) {
    return {
      node,
      inputs: node.inputs,
      attributes: node.attributes,
      with: (change) => conv2dOp.with(node, typed(change)),
    };
  }
  return undefined;
}

const replaced = (product: Product, change: Change): Rewrite => ({
  replacements: [product.with(change)],
  fused: [product.node],
});

/** gelu or relu of a product -> the epilogue's activation. */
export const activation: Rule = {
  name: 'activation',
  apply(node, context) {
    if (!unaryOp.is(node)) return undefined;
    const { kind } = node.attributes;
    if (kind !== 'gelu' && kind !== 'relu') return undefined;
    const product = productOf(context.onlyProducer(node.inputs.x));
    if (!product || product.attributes.activation !== 'none') return undefined;
    if (product.inputs.scale || product.inputs.residual) return undefined;
    return replaced(product, { attributes: { activation: kind }, outputs: node.outputs });
  },
};

/** mul of a product by a factor per channel, such as BEiT's layer scale -> the epilogue's scale. */
export const layerScale: Rule = {
  name: 'layerScale',
  apply(node, context) {
    if (!binaryOp.is(node) || node.attributes.kind !== 'mul') return undefined;
    const { a: x, b: scale } = node.inputs;
    const product = productOf(context.onlyProducer(x));
    if (!product || product.inputs.scale || product.inputs.residual) return undefined;
    if (!sameShape(scale.shape, [lastDim(product.node.outputs[0])])) return undefined;
    return replaced(product, { inputs: { scale }, outputs: node.outputs });
  },
};

/** add of a product and a tensor of its size -> the epilogue's residual. */
export const residual: Rule = {
  name: 'residual',
  apply(node, context) {
    if (!binaryOp.is(node) || node.attributes.kind !== 'add') return undefined;
    const { a, b } = node.inputs;
    if (size(a) !== size(b)) return undefined;
    // Either operand may be the product. The second one is tried first: a residual is usually written x + f(x).
    for (const [x, other] of [
      [b, a],
      [a, b],
    ]) {
      const product = productOf(context.onlyProducer(x));
      if (!product || product.inputs.residual) continue;
      // The residual is of the type of the sum, which is that of its first operand.
      if (x.root === other.root || other.dtype !== a.dtype) continue;
      return replaced(product, { inputs: { residual: other }, outputs: node.outputs });
    }
    return undefined;
  },
};

/** relu, then conv2d -> one conv2d that applies relu to the values it loads. Other nodes may read relu's input. */
export const inputActivation: Rule = {
  name: 'inputActivation',
  apply(node, context) {
    if (!conv2dOp.is(node) || node.attributes.inputActivation !== 'none') return undefined;
    const producer = context.onlyProducer(node.inputs.x);
    if (!unaryOp.is(producer) || producer.attributes.kind !== 'relu') return undefined;
    const { x } = producer.inputs;
    return {
      replacements: [conv2dOp.with(node, { inputs: { x }, attributes: { inputActivation: 'relu' } })],
      fused: [producer],
    };
  },
};
