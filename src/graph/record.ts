/** Recording: calls of ops become a list of nodes with static shapes. */
import { expect } from '../kernels/check.ts';
import { results, type DType, type Operand, type Step } from '../kernels/dispatch.ts';
import { BASELINE, type Target } from '../kernels/target.ts';
import { constantKey, expectSameForm, type ConstantForm, type ConstantSpec } from './constantSpec.ts';
import { Tensor } from './tensor.ts';

export type Inputs = Readonly<Record<string, Tensor | null | readonly Tensor[]>>;
export type Attrs = Readonly<Record<string, unknown>>;

/** Turns a node into kernel calls for a target. Its results are the outputs of the last dispatch. */
export type Lower = (target: Target, inputs: Inputs, attrs: Attrs) => readonly Step[];

export interface Node {
  readonly op: string;
  readonly inputs: Inputs;
  readonly attrs: Attrs;
  readonly outputs: readonly Tensor[];
  readonly lower: Lower;
  /** Path of `Graph.scope` names, for profiles. */
  readonly scope: string;
}

/** The tensors that a node reads. */
export const inputsOf = (inputs: Inputs): Tensor[] =>
  Object.values(inputs).flatMap((x) => (x === null ? [] : x instanceof Tensor ? [x] : [...x]));

export class Graph {
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

  /**
   * Appends a node. The shape rule of an op is its kernel wrapper: it runs here, so a misfit is thrown at the line of
   * the model that caused it.
   */
  record(op: string, inputs: Inputs, attrs: Attrs, lower: Lower): Tensor[] {
    for (const x of inputsOf(inputs)) {
      expect(x.graph === this, op, 'an operand belongs to another graph; pass it in as an input instead.');
    }
    const outputs = results(lower(BASELINE, inputs, attrs)).map(
      (o: Operand) => new Tensor(this, o.shape, o.dtype, { kind: 'node' }),
    );
    this.nodes.push({ op, inputs, attrs, outputs, lower, scope: this.path.join('.') });
    return outputs;
  }
}
