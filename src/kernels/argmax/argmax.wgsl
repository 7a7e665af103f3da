// argmax: the first column that holds the greatest number of its row. x [rows, C] · y [rows] u32. One row per invocation.
struct Params {
  rows: u32,
  C: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let row = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (row >= params.rows) {
    return;
  }
  let start = row * params.C;
  var most = x[start];
  var best = 0u;
  for (var c = 1u; c < params.C; c++) {
    if (x[start + c] > most) {
      most = x[start + c];
      best = c;
    }
  }
  y[row] = best;
}
