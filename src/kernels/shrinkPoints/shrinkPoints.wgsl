// shrinkPoints: a point at distance r > limit from the origin moves to distance limit (2 - limit / r), below 2 limit.
// x, y [n, 3].
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.count) {
    return;
  }
  var v = vec3f(x[3u * i], x[3u * i + 1u], x[3u * i + 2u]);
  let r = sqrt(dot(v, v));
  if (r > params.limit) {
    v *= params.limit * (2.0 - params.limit / r) / r;
  }
  y[3u * i] = v.x;
  y[3u * i + 1u] = v.y;
  y[3u * i + 2u] = v.z;
}
