// sortRows: each row in ascending order. x, y [rows, C]
// One invocation per element. It counts the elements that come before its own, equal ones by position, and stores its
// own at that place. The work is quadratic in C, the number of depth bins, but needs no synchronization.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
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
  let i = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (i >= params.count) {
    return;
  }
  let start = i - i % params.C;
  let own = x[i];
  var rank = 0u;
  for (var j = start; j < start + params.C; j++) {
    let other = x[j];
    let before = other < own || (other == own && j < i);
    rank += select(0u, 1u, before);
  }
  y[start + rank] = own;
}
