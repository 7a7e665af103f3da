// threshold: y = 1 where x > limit, else 0. x [n] as vec4s · y [n] u32, as vec4s.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  vectors: u32,
  limit: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4u>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.vectors) {
    return;
  }
  y[i] = select(vec4u(0u), vec4u(1u), x[i] > vec4f(params.limit));
}
