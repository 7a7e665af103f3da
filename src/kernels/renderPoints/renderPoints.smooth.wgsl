// renderPoints, smooth: the depth of a surface is averaged over a few splats, so that the light does not show the grid
// that the points come from. Other surfaces are left out.
//   surface, smoothed [pixels] as in renderPoints.resolve.wgsl; colors are passed on. One pixel per invocation.
// Takes: params.rect, params.width, params.focal, params.radius (renderPoints/view.wgsl).
override spread: f32 = 1.0; // distance of the outermost sample, in radii of a splat

@group(0) @binding(1) var<storage, read> surface: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> smoothed: array<vec4f>;

const SAMPLES = 3; // to each side

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = params.rect.xy + id.xy;
  if (any(at >= params.rect.zw)) {
    return;
  }
  let pixel = at.y * params.width + at.x;
  let here = surface[pixel];
  if (here.w == 0.0) {
    smoothed[pixel] = here;
    return;
  }
  let step = spread * params.focal * params.radius / here.w / f32(SAMPLES);
  var sum = 0.0;
  var total = 0.0;
  for (var j = -SAMPLES; j <= SAMPLES; j++) {
    for (var i = -SAMPLES; i <= SAMPLES; i++) {
      let there = vec2i(at) + vec2i(round(vec2f(vec2i(i, j)) * step));
      if (any(there < vec2i(params.rect.xy)) || any(there >= vec2i(params.rect.zw))) {
        continue;
      }
      let depth = surface[u32(there.y) * params.width + u32(there.x)].w;
      let rise = (depth - here.w) / (3.0 * params.radius);
      let near = max(0.0, 1.0 - rise * rise);
      let weight = near * near * exp(-f32(i * i + j * j) / 9.0);
      sum += weight * depth;
      total += weight;
    }
  }
  smoothed[pixel] = vec4f(here.rgb, sum / total);
}
