// cast: x [n] as y [n] of the other storage type, f32 or f16, four elements at a time.
// cast.narrow.wgsl and cast.widen.wgsl bind x and y.
// Buffers hold whole vec4s: elements after the last are computed and never read.
// Takes: castFour (cast/cast.*.wgsl); workgroupIndex (shared/grid.wgsl).
struct Params {
  vectors: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

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
  castFour(i);
}
