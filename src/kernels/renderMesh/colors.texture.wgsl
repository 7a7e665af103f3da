// A texture, read bilinearly and continued by its rim: uv [n, 2], 0..1 with (0, 0) in the top left corner · texture
// [H, W] u32, RGBA8 words with r in the low byte.
// Takes: linearOf (renderMesh/linear.wgsl); params.textureSize (renderMesh/triangles.wgsl).
@group(0) @binding(5) var<storage, read> uv: array<vec2f>;
@group(0) @binding(6) var<storage, read> texels: array<u32>;

fn texel(at: vec2i) -> vec3f {
  let inside = vec2u(clamp(at, vec2i(), vec2i(params.textureSize) - 1));
  return linearOf(texels[inside.y * params.textureSize.x + inside.x]);
}

// Returns the linear color of a place in a triangle, whose vertices have these weights; their sum is 1.
fn colorAt(corners: vec3u, weights: vec3f) -> vec3f {
  let place = mat3x2f(uv[corners.x], uv[corners.y], uv[corners.z]) * weights * vec2f(params.textureSize) - 0.5;
  let low = vec2i(floor(place));
  let part = place - floor(place);
  let above = mix(texel(low), texel(low + vec2i(1, 0)), part.x);
  let below = mix(texel(low + vec2i(0, 1)), texel(low + vec2i(1, 1)), part.x);
  return mix(above, below, part.y);
}
