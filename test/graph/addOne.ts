/** A small op for tests of the runtime: y = x + 1, with a number of FLOPs that the test sets. */
import { operand, type Dispatch } from '../../src/kernels/dispatch.ts';
import { ceilDiv, splitGrid } from '../../src/kernels/grid.ts';
import { size } from '../../src/kernels/check.ts';
import { defineOp } from '../../src/graph/op.ts';
import type { Tensor } from '../../src/graph/tensor.ts';

export const ADD_ONE = `
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < params.count) { y[id.x] = x[id.x] + 1.0; }
}`;

type Change = Partial<Pick<Dispatch, 'wgsl' | 'flops' | 'workgroups'>>;

const addOneOp = defineOp<{ readonly x: Tensor }, Change>({
  name: 'addOne',
  lower: (_, { x }, change) => [
    {
      kernel: 'addOne',
      wgsl: [ADD_ONE],
      params: { count: size(x) },
      inputs: [x],
      outputs: [operand(x.shape)],
      workgroups: splitGrid(ceilDiv(size(x), 64)),
      ...change,
    },
  ],
});

/** @param change replaces parts of the dispatch: its text, its `flops` or its workgroups */
export const addOne = (x: Tensor, change: Change = {}): Tensor => addOneOp.record({ x }, change);
