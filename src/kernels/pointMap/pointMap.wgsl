// pointMap: the points of all pixels of a photo, and whether they are valid (defined in shared/points.*.wgsl).
//   xyz [H, W, 3], (0, 0, 0) where not valid · valid [H, W] u32, 0 or 1. One pixel per invocation.
// Takes: workgroupIndex (shared/grid.wgsl); pointAt (shared/points.*.wgsl).
struct Params {
  pixels: u32,
  W: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(4) var<storage, read_write> xyz: array<f32>;
@group(0) @binding(5) var<storage, read_write> valid: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.pixels) {
    return;
  }
  let point = pointAt(i, params.W);
  xyz[3u * i] = point.xyz.x;
  xyz[3u * i + 1u] = point.xyz.y;
  xyz[3u * i + 2u] = point.xyz.z;
  valid[i] = u32(point.valid);
}
