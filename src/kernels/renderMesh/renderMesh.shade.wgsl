// renderMesh, shade: light, soft shadow in hollows, and the background.
//   surface, relief [pixels] as in renderMesh.surface.wgsl · picture [height, width] u32, RGBA8 words
// Hollows are dark because what surrounds them hides light from them: McGuire et al., Scalable Ambient Obscurance,
// HPG 2012, equation 1, over fixed places on a disc. One pixel of the view per invocation.
// Takes: params.rect, params.width, params.focal, params.reach (renderMesh/triangles.wgsl).
// Takes: wordOf (renderMesh/linear.wgsl); LIGHT, position, background (shared/scene.wgsl).
@group(0) @binding(1) var<storage, read> surface: array<vec4f>;
@group(0) @binding(2) var<storage, read> relief: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> picture: array<u32>;

const PLACES = 32;
const GOLDEN_ANGLE = 2.399963;
const BIAS = 0.02; // of the reach: hides the steps between pixels of a plane

// Returns the share of light that reaches a pixel's surface from around, 0 to 1.
fn openness(pixel: vec2i, normal: vec3f, depth: f32) -> f32 {
  let size = vec2i(params.rect.zw - params.rect.xy);
  let corner = vec2i(params.rect.xy);
  let here = position(pixel, depth);
  let disc = params.focal * params.reach / depth;
  var hidden = 0.0;
  for (var k = 0; k < PLACES; k++) {
    let angle = f32(k) * GOLDEN_ANGLE;
    let away = vec2f(cos(angle), sin(angle)) * disc * sqrt((f32(k) + 0.5) / f32(PLACES));
    let there = pixel + vec2i(round(away));
    let local = clamp(there - corner, vec2i(), size - 1);
    let other = relief[local.y * size.x + local.x].w;
    if (other == 0.0) {
      continue;
    }
    let step = (position(corner + local, other) - here) / params.reach;
    let square = dot(step, step);
    let nearby = max(0.0, 1.0 - square);
    hidden += nearby * nearby * nearby * max(0.0, dot(step, normal) - BIAS) / (square + 0.01);
  }
  return max(0.0, 1.0 - 4.0 * hidden / f32(PLACES));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = params.rect.xy + id.xy;
  if (any(at >= params.rect.zw)) {
    return;
  }
  let pixel = id.y * (params.rect.z - params.rect.x) + id.x;
  let behind = background(at);
  let here = surface[pixel];
  var color = behind * behind * (1.0 - here.a);
  if (here.a > 0.0) {
    let normal = relief[pixel].xyz;
    let lit = 0.5 + 0.5 * dot(normal, LIGHT);
    color += here.rgb * (0.55 + 0.62 * lit * lit) * openness(vec2i(at), normal, relief[pixel].w);
  }
  picture[at.y * params.width + at.x] = wordOf(color, 1.0);
}
