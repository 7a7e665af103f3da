// cast: the same numbers in the other type of storage, f32 and f16. x, y [n], read four elements at a time.
// From shared/elements.f16.wgsl: `Stored`, `loaded`, `stored`. From cast.narrow.wgsl or cast.widen.wgsl: x, y and `castFour`.
// Buffers hold whole vec4s: elements beyond n are computed and never read.
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
