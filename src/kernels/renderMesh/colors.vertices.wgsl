// Colors of vertices: colors [n] u32, RGBA8 words with r in the low byte.
// Takes: linearOf (renderMesh/linear.wgsl).
@group(0) @binding(5) var<storage, read> colors: array<u32>;

// Returns the linear color of a place in a triangle, whose vertices have these weights; their sum is 1.
fn colorAt(corners: vec3u, weights: vec3f) -> vec3f {
  return mat3x3f(linearOf(colors[corners.x]), linearOf(colors[corners.y]), linearOf(colors[corners.z])) * weights;
}
