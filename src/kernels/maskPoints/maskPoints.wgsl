// maskPoints: keeps given points inside a mask. A point is valid where `given` and `mask` are not 0 and its three
// coordinates are finite; others become (0, 0, 0).
//   points [n, 3], as bits · given, mask [n] u32 · kept [n, 3], as bits · valid [n] u32
struct Params {
  count: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<u32>;
@group(0) @binding(2) var<storage, read> given: array<u32>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read_write> kept: array<u32>;
@group(0) @binding(5) var<storage, read_write> valid: array<u32>;

const EXPONENT = 0x7f800000u; // all ones: infinity or NaN

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
  let bits = vec3u(points[3u * i], points[3u * i + 1u], points[3u * i + 2u]);
  let finite = all((bits & vec3u(EXPONENT)) != vec3u(EXPONENT));
  let ok = given[i] != 0u && mask[i] != 0u && finite;
  let point = select(vec3u(0u), bits, ok);
  kept[3u * i] = point.x;
  kept[3u * i + 1u] = point.y;
  kept[3u * i + 2u] = point.z;
  valid[i] = u32(ok);
}
