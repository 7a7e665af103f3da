/** Recording: calls of ops become a list of nodes. All shapes are known while recording. */
import { expect } from '../kernels/check.ts';
import type { DType, FloatType } from '../kernels/dispatch.ts';
import { constantKey, expectSameForm, type ConstantForm, type ConstantSpec } from './constantSpec.ts';
import { Tensor, type Node, type Recorder } from './tensor.ts';

export class Graph implements Recorder {
  readonly nodes: Node[] = [];
  readonly inputs = new Map<string, Tensor>();
  /** Named intermediate results. A plan keeps only those that an inspection wants. */
  readonly taps = new Map<string, Tensor>();
  private readonly constants = new Map<string, { tensor: Tensor; form: ConstantForm }>();
  private path: string[] = [];

  /** @param activations the type that networks store their activations in */
  constructor(readonly activations: FloatType = 'f32') {}

  /** An input: a value that is given to every run. @throws ShapeError if the name is taken */
  input(name: string, shape: readonly number[], dtype: DType = 'f32'): Tensor {
    expect(!this.inputs.has(name), 'input', `"${name}" is declared twice; names of inputs are unique.`);
    const tensor = new Tensor(this, shape, dtype, { kind: 'input', name });
    this.inputs.set(name, tensor);
    return tensor;
  }

  /** A weight of the checkpoint, by its official name. @throws ShapeError if it was read before in another shape */
  weight(name: string, shape: readonly number[]): Tensor {
    return this.constant({ name, shape, needs: [{ name, shape }], compute: (w) => w });
  }

  /**
   * A constant that is computed once on the host, from weights or from none. Equal descriptions give the same tensor.
   * @throws ShapeError if the constant was described before in another shape or type; TypeError if `of` is not plain
   *   data
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

  /**
   * Names an intermediate result, so that an inspection can read it.
   * @returns `tensor`
   * @throws ShapeError if the name is taken
   */
  tap(name: string, tensor: Tensor): Tensor {
    expect(!this.taps.has(name), 'tap', `"${name}" is used twice; names of taps are unique.`);
    this.taps.set(name, tensor);
    return tensor;
  }

  /** Adds `name` to the scope of the ops that `body` records. Profiles show scopes. */
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
