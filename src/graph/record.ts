/** Recording: calls of ops become a list of nodes with static shapes. */
import { expect } from '../kernels/check.ts';
import type { DType } from '../kernels/dispatch.ts';
import { Tensor, type Node, type Recorder, type WeightName } from './tensor.ts';

export class Graph implements Recorder {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Tensor>();
  /** Named intermediates, kept only by a plan that asks for them. */
  readonly taps = new Map<string, Tensor>();
  private readonly constants = new Map<string, Tensor>();
  private path: string[] = [];

  /** A value that is given anew to every run. */
  input(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    expect(!this.inputs.has(name), 'input', `"${name}" is declared twice; names of inputs are unique.`);
    const tensor = new Tensor(this, shape, dtype, { kind: 'input', name });
    this.inputs.set(name, tensor);
    return tensor;
  }

  /** A weight of the checkpoint, under its official name. */
  weight(name: string, shape: readonly number[]): Tensor {
    return this.constant(name, shape, [{ name, shape }], (w) => w);
  }

  /**
   * A constant computed once on the host from weights (or from none).
   * @param key identifies the value among all constants of the same weights
   */
  constant(
    key: string,
    shape: readonly number[],
    needs: readonly WeightName[],
    compute: (...weights: Float32Array[]) => Float32Array | Uint32Array,
    dtype: DType = 'f32',
  ): Tensor {
    const known = this.constants.get(key);
    if (known) return known;
    const tensor = new Tensor(this, shape, dtype, { kind: 'constant', key, needs, compute });
    this.constants.set(key, tensor);
    return tensor;
  }

  /** Names an intermediate so that a plan may be asked to keep it. Returns `tensor`. */
  tap(name: string, tensor: Tensor): Tensor {
    expect(!this.taps.has(name), 'tap', `"${name}" is used twice; names of taps are unique.`);
    this.taps.set(name, tensor);
    return tensor;
  }

  /** Ops recorded inside `body` carry `name` in profiles. */
  scope<T>(name: string, body: () => T): T {
    this.path.push(name);
    try {
      return body();
    } finally {
      this.path.pop();
    }
  }

  append(node: Omit<Node, 'scope'>): void {
    this.nodes.push({ ...node, scope: this.path.join('.') });
  }
}
