// pointEmbed: y[i] = valid[i] ? w points[i] + b : missing. One thread per result.
//   points [n, 3] · valid [n] u32 · w [E, 3] · b, missing [E] -> y [n, E]
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  total: u32,
  E: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> valid: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<f32>;
@group(0) @binding(4) var<storage, read> b: array<f32>;
@group(0) @binding(5) var<storage, read> missing: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

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
  let p = 3u * (i / params.E);
  let e = i % params.E;
  var sum = b[e];
  sum = fma(points[p], w[3u * e], sum);
  sum = fma(points[p + 1u], w[3u * e + 1u], sum);
  sum = fma(points[p + 2u], w[3u * e + 2u], sum);
  y[i] = select(missing[e], sum, valid[i / params.E] != 0u);
}
