// Points from a depth map, a mask and a camera. Pixel (u, v) at depth d is the point
// ((u - cx) / fx d, (v - cy) / fy d, d): x right, y down, z forward.
//   depth [H, W], as bits · mask [H, W] u32 · intrinsics [4] = fx, fy, cx, cy in pixels
@group(0) @binding(1) var<storage, read> depth: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> intrinsics: array<vec4f>;

struct PhotoPoint {
  xyz: vec3f,
  valid: bool,
}

// Returns the point of pixel i of a photo W pixels wide; (0, 0, 0) if it is not valid.
fn pointAt(i: u32, W: u32) -> PhotoPoint {
  let bits = depth[i];
  // Valid depths are positive, normal and finite. The test is on integers, because WGSL may assume that there are no
  // infinities and NaNs.
  if (mask[i] == 0u || bits < 0x00800000u || bits >= 0x7f800000u) {
    return PhotoPoint();
  }
  let camera = intrinsics[0];
  let d = bitcast<f32>(bits);
  let pixel = vec2f(f32(i % W), f32(i / W));
  return PhotoPoint(vec3f((pixel - camera.zw) / camera.xy * d, d), true);
}
