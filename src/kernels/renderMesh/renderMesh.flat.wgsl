// renderMesh, flat: the surface's own colors, without light. Alpha is coverage.
//   surface [pixels] as in renderMesh.surface.wgsl · picture [height, width] u32, RGBA8 words; nothing is 0
// One pixel of the view per invocation.
// Takes: params.rect, params.width (renderMesh/triangles.wgsl); wordOf (renderMesh/linear.wgsl).
@group(0) @binding(1) var<storage, read> surface: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> picture: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = params.rect.xy + id.xy;
  if (any(at >= params.rect.zw)) {
    return;
  }
  let here = surface[id.y * (params.rect.z - params.rect.x) + id.x];
  picture[at.y * params.width + at.x] = select(wordOf(here.rgb / here.a, here.a), 0u, here.a == 0.0);
}
