// cumsumRows: y[r, c] = x[r, 0] + ... + x[r, c]. x, y [rows, C]
// One invocation per row, in order: the same bits every time.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  rows: u32,
  C: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let row = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (row >= params.rows) {
    return;
  }
  var sum = 0.0;
  for (var i = row * params.C; i < (row + 1u) * params.C; i++) {
    sum += x[i];
    y[i] = sum;
  }
}
