// reduce, one stage: a block of each row of x becomes one number.
//   x [rows, C], f32 or f16 · y [rows, blocks] f32, the sum times `scale`
// One workgroup per block of `BLOCK` columns. A thread adds 64 numbers, and the workgroup adds the 64 sums as a tree.
// Further stages do the same to the blocks. So the error grows with the length of these short chains, not with C.
// Takes: workgroupIndex (shared/grid.wgsl); readX (shared/input.*.wgsl).
// Takes: workgroupMax, workgroupSum (shared/reduce.wgsl).
override wgSize: u32 = 64;
override isMax: bool = false; // maximum instead of sum

const BLOCK = 4096u;
const LOWEST = -3.4028234e38;

struct Params {
  C: u32,
  blocks: u32, // per row
  total: u32, // rows * blocks
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups);
  if (i >= params.total) {
    return;
  }
  let row = i / params.blocks * params.C;
  let first = i % params.blocks * BLOCK;
  let end = min(first + BLOCK, params.C);
  if (isMax) {
    var maximum = LOWEST;
    for (var c = first + lid; c < end; c += wgSize) {
      maximum = max(maximum, readX(row + c));
    }
    let result = workgroupMax(lid, maximum);
    if (lid == 0u) {
      y[i] = result;
    }
  } else {
    var sum = 0.0;
    for (var c = first + lid; c < end; c += wgSize) {
      sum += readX(row + c);
    }
    let result = workgroupSum(lid, sum) * params.scale;
    if (lid == 0u) {
      y[i] = result;
    }
  }
}
