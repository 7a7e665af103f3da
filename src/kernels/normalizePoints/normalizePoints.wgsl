// normalizePoints: y = points / scale - mean / scale, where scale is the mean standard deviation of the axes.
//   points, y [n, 3] · valid [n] u32 · stats [8] of maskedStats. Invalid points become (0, 0, 0).
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> valid: array<u32>;
@group(0) @binding(3) var<storage, read> stats: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

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
  var v = vec3f();
  if (valid[i] != 0u) {
    let scale = stats[1].w;
    v = vec3f(points[3u * i], points[3u * i + 1u], points[3u * i + 2u]) / scale - stats[0].xyz / scale;
  }
  y[3u * i] = v.x;
  y[3u * i + 1u] = v.y;
  y[3u * i + 2u] = v.z;
}
