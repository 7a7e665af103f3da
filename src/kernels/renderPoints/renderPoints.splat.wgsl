// renderPoints, splats: each point is a disc that faces the camera. First pass (`blend` = false): the depth of the
// nearest disc at each pixel, where middle parts of discs come before rims. Second pass: discs up to `band` behind it
// add their colors. Weights fall off towards the rim, so that neighbors blend into one surface and rims fade out.
//   points [n, 3] · colors [n] u32, RGBA8 words with r in the low byte
//   nearest [pixels] u32 · sums [pixels, 5] u32: weighted r, g, b, depth behind the nearest (1/255 band), weight
// One point per invocation.
// Takes: DEPTH_STEPS, RIM, params.n, params.back, params.near, params.range, params.center (renderPoints/view.wgsl).
// Takes: params.right, params.up, params.focal, params.radius, params.rect, params.width (renderPoints/view.wgsl).
// Takes: params.band (renderPoints/view.wgsl); workgroupIndex (shared/grid.wgsl).
override blend: bool = false;

const MIDDLE = 0.6; // of the squared radius

@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> colors: array<u32>;
@group(0) @binding(3) var<storage, read_write> nearest: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> sums: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.n) {
    return;
  }
  let point = vec4f(points[3u * i], points[3u * i + 1u], points[3u * i + 2u], 1.0);
  let depth = -dot(params.back, point);
  if (depth <= params.near || depth >= params.near + params.range) {
    return;
  }
  let middle = params.center + vec2f(dot(params.right, point), -dot(params.up, point)) * (params.focal / depth);
  let reach = clamp(params.focal * params.radius / depth, 0.8, 64.0);
  let steps = u32((depth - params.near) / params.range * f32(DEPTH_STEPS));
  let word = colors[i];
  let low = vec2i(max(floor(middle - reach), vec2f(params.rect.xy)));
  let high = vec2i(min(ceil(middle + reach), vec2f(params.rect.zw)));
  for (var y = low.y; y < high.y; y++) {
    for (var x = low.x; x < high.x; x++) {
      let away = (vec2f(vec2i(x, y)) + 0.5 - middle) / reach;
      let inside = 1.0 - dot(away, away);
      if (inside <= 0.0) {
        continue;
      }
      let pixel = u32(y) * params.width + u32(x);
      if (!blend) {
        atomicMin(&nearest[pixel], steps + select(RIM, 0u, inside > 1.0 - MIDDLE));
        continue;
      }
      let behind = steps - min(atomicLoad(&nearest[pixel]) % RIM, steps);
      if (behind > params.band) {
        continue;
      }
      let weight = u32(inside * inside * 255.0 + 0.5);
      atomicAdd(&sums[5u * pixel], weight * (word & 255u));
      atomicAdd(&sums[5u * pixel + 1u], weight * ((word >> 8u) & 255u));
      atomicAdd(&sums[5u * pixel + 2u], weight * ((word >> 16u) & 255u));
      atomicAdd(&sums[5u * pixel + 3u], weight * u32(f32(behind) / f32(params.band) * 255.0));
      atomicAdd(&sums[5u * pixel + 4u], weight);
    }
  }
}
