// renderPoints, resolve: the sums of each pixel become its color and depth.
//   nearest, sums as in renderPoints.splat.wgsl
//   surface [pixels] vec4 = r, g, b (0..1, sRGB) and depth; depth 0 if no splat covers the pixel
// One pixel per invocation.
// Takes: depthOf, RIM, params.rect, params.width, params.band (renderPoints/view.wgsl).
@group(0) @binding(1) var<storage, read> nearest: array<u32>;
@group(0) @binding(2) var<storage, read> sums: array<u32>;
@group(0) @binding(3) var<storage, read_write> surface: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = params.rect.xy + id.xy;
  if (any(at >= params.rect.zw)) {
    return;
  }
  let pixel = at.y * params.width + at.x;
  let weight = sums[5u * pixel + 4u];
  if (weight == 0u) {
    surface[pixel] = vec4f();
    return;
  }
  let mean = vec4f(
    f32(sums[5u * pixel]),
    f32(sums[5u * pixel + 1u]),
    f32(sums[5u * pixel + 2u]),
    f32(sums[5u * pixel + 3u]),
  ) / (255.0 * f32(weight));
  surface[pixel] = vec4f(mean.rgb, depthOf(f32(nearest[pixel] % RIM) + mean.a * f32(params.band)));
}
