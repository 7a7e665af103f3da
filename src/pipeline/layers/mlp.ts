/** Multi-layer perceptrons. */
import { gelu, relu } from '../../graph/ops/pointwise.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { linear } from './linear.ts';

export interface MlpOptions {
  /** Names of the two linear layers below `name`; fc1 and fc2, as in timm, by default. */
  readonly layers?: readonly [string, string];
  /** `gelu`, in the erf form, by default. */
  readonly activation?: 'gelu' | 'relu';
}

/** The MLP of a transformer block. x [..., C] -> [..., hidden] -> [..., C]. */
export function mlp(name: string, x: Tensor, hidden: number, options: MlpOptions = {}): Tensor {
  const { layers = ['fc1', 'fc2'], activation = 'gelu' } = options;
  const y = linear(`${name}.${layers[0]}`, x, hidden);
  return linear(`${name}.${layers[1]}`, activation === 'gelu' ? gelu(y) : relu(y), x.shape[x.shape.length - 1]);
}

/**
 * Linear layers `name.layers.0`, `.1`, ... of the given widths with ReLU between them. x [..., C] -> [..., last width].
 */
export function reluMlp(name: string, x: Tensor, widths: readonly number[]): Tensor {
  return widths.reduce((y, width, i) => linear(`${name}.layers.${i}`, i === 0 ? y : relu(y), width), x);
}
