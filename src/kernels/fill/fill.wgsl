// fill: y = bits everywhere, written as vec4u (buffers hold whole vec4s): an element of 32 bits, or two halves.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  bits: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4u>;

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
  y[i] = vec4u(params.bits);
}
