// Points from a map of points and a mask. A point is valid inside the mask if its coordinates are finite.
//   points [H, W, 3], as bits · mask [H, W] u32
@group(0) @binding(1) var<storage, read> points: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;

struct PhotoPoint {
  xyz: vec3f,
  valid: bool,
}

const EXPONENT = 0x7f800000u; // all ones: infinity or NaN

// Returns the point of pixel i; (0, 0, 0) if it is not valid. `W`, the width of the photo, is not needed here.
fn pointAt(i: u32, W: u32) -> PhotoPoint {
  let bits = vec3u(points[3u * i], points[3u * i + 1u], points[3u * i + 2u]);
  // The test is on integers, because WGSL may assume that there are no infinities and NaNs.
  if (mask[i] == 0u || any((bits & vec3u(EXPONENT)) == vec3u(EXPONENT))) {
    return PhotoPoint();
  }
  return PhotoPoint(bitcast<vec3f>(bits), true);
}
