// gatherRows: y[m] = x[indices[m]], whole rows. An index after the last row reads the last row.
//   x [rows, steps], y [count, steps], in units of `Stored` · indices [count] u32
// Takes: workgroupIndex (shared/grid.wgsl); Stored (shared/elements.*.wgsl).
struct Params {
  rows: u32,
  steps: u32, // Stored per row
  total: u32, // count * steps
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.total) {
    return;
  }
  let row = min(indices[i / params.steps], params.rows - 1u);
  y[i] = x[row * params.steps + i % params.steps];
}
