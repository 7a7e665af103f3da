// renderMesh, surface: the samples of each pixel become its color, coverage, normal and depth.
//   screen [n] vec4, triangles [m, 3], owner [samples] as in renderMesh.cover.wgsl · normals [n, 3] · colors
//   surface [pixels] vec4 = linear r, g, b times coverage, coverage (0..1)
//   relief [pixels] vec4 = normal in the camera's frame, depth; depth 0 where no sample is covered
// One pixel of the view per invocation.
// Takes: triangleOf, weightsAt, inverseDepthAt, placeOf, sampleSize, NOBODY, samples (renderMesh/triangles.wgsl).
// Takes: params.rect, params.near, params.right, params.up, params.back (renderMesh/triangles.wgsl).
// Takes: colorAt (renderMesh/colors.*.wgsl).
@group(0) @binding(1) var<storage, read> screen: array<vec4f>;
@group(0) @binding(2) var<storage, read> triangles: array<u32>;
@group(0) @binding(3) var<storage, read> normals: array<f32>;
@group(0) @binding(4) var<storage, read> owner: array<u32>;
@group(0) @binding(7) var<storage, read_write> surface: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> relief: array<vec4f>;

fn normalOf(i: u32) -> vec3f {
  return vec3f(normals[3u * i], normals[3u * i + 1u], normals[3u * i + 2u]);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let size = params.rect.zw - params.rect.xy;
  if (any(id.xy >= size)) {
    return;
  }
  var color = vec4f();
  var normal = vec3f();
  var inverseDepth = 0.0;
  for (var j = 0u; j < samples; j++) {
    for (var k = 0u; k < samples; k++) {
      let sample = vec2i(samples * id.xy + vec2u(k, j));
      let i = owner[u32(sample.y * sampleSize().x + sample.x)];
      if (i == NOBODY) {
        continue;
      }
      let corners = vec3u(triangles[3u * i], triangles[3u * i + 1u], triangles[3u * i + 2u]);
      let triangle = triangleOf(screen[corners.x], screen[corners.y], screen[corners.z]);
      let onScreen = weightsAt(triangle, placeOf(sample));
      // Weights on the screen, divided by depth, are weights in space.
      let weighted = onScreen * triangle.inverseDepth;
      let weights = weighted / (weighted.x + weighted.y + weighted.z);
      let outwards = mat3x3f(normalOf(corners.x), normalOf(corners.y), normalOf(corners.z)) * weights;
      color += vec4f(colorAt(corners, weights), 1.0);
      normal += select(outwards, -outwards, triangle.seenFromBehind);
      inverseDepth = max(inverseDepth, inverseDepthAt(triangle, onScreen));
    }
  }
  let pixel = id.y * size.x + id.x;
  surface[pixel] = color / f32(samples * samples);
  if (inverseDepth == 0.0) {
    relief[pixel] = vec4f();
    return;
  }
  let turned = vec3f(dot(params.right.xyz, normal), dot(params.up.xyz, normal), dot(params.back.xyz, normal));
  relief[pixel] = vec4f(turned / max(length(turned), 1e-20), params.near / inverseDepth);
}
