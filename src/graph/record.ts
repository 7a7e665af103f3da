/** Recording: calls of ops become a list of nodes with static shapes. */
import { expect } from '../kernels/check.ts';
import type { DType } from '../kernels/dispatch.ts';
import { constantKey, expectSameForm, type ConstantForm, type ConstantSpec } from './constantSpec.ts';
import { Tensor, type Node, type Recorder } from './tensor.ts';

export class Graph implements Recorder {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Tensor>();
  /** Named intermediates, kept only by a plan that asks for them. */
  readonly taps = new Map<string, Tensor>();
  private readonly constants = new Map<string, { tensor: Tensor; form: ConstantForm }>();
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
    return this.constant({ name, shape, needs: [{ name, shape }], compute: (w) => w });
  }

  /**
   * A constant computed once on the host from weights (or from none). The same constant again gives the same tensor.
   * @throws ShapeError if it was asked for before in another shape or type; TypeError if `of` is not plain data
   */
  constant(spec: ConstantSpec): Tensor {
    const { name, shape, dtype = 'f32', needs = [], compute } = spec;
    const form = { shape, dtype, needs };
    const key = constantKey(spec);
    const known = this.constants.get(key);
    if (known) {
      expectSameForm(name, known.form, form);
      return known.tensor;
    }
    const tensor = new Tensor(this, shape, dtype, { kind: 'constant', name, key, needs, compute });
    this.constants.set(key, { tensor, form });
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
