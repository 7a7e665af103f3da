// unproject: pixel (u, v) at depth d -> ((u - cx) / fx d, (v - cy) / fy d, d): x right, y down, z forward.
//   depth [H, W], as bits · mask [H, W] u32 · intrinsics [4] = fx, fy, cx, cy in pixels
//   points [H, W, 3] · valid [H, W] u32
// A pixel is valid inside the mask where its depth is a finite positive number; others get the point (0, 0, 0).
struct Params {
  pixels: u32,
  W: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> depth: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> intrinsics: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> points: array<f32>;
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
  let bits = depth[i];
  // Positive, not subnormal, neither infinity nor NaN: looked at as an integer, because WGSL may assume there are none.
  let ok = mask[i] != 0u && bits >= 0x00800000u && bits < 0x7f800000u;
  var point = vec3f();
  if (ok) {
    let camera = intrinsics[0];
    let d = bitcast<f32>(bits);
    let pixel = vec2f(f32(i % params.W), f32(i / params.W));
    point = vec3f((pixel - camera.zw) / camera.xy * d, d);
  }
  points[3u * i] = point.x;
  points[3u * i + 1u] = point.y;
  points[3u * i + 2u] = point.z;
  valid[i] = u32(ok);
}
