// seenColors: the colors of a square around the object, resized to size x size (bilinear, align_corners false).
//   photo [H, W] u32, RGBA8 words with r in the low byte · taps, box as in seenMap.wgsl; outside the box the square is
//   black · y [size, size, 3] in 0..1
// One pixel per invocation.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  size: u32,
  W: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> photo: array<u32>;
@group(0) @binding(2) var<storage, read> taps: array<vec4u>;
@group(0) @binding(3) var<storage, read> box: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn color(row: u32, column: u32) -> vec3f {
  let crop = box[0];
  if (row >= crop.z || column >= crop.w) {
    return vec3f();
  }
  let word = photo[(crop.x + row) * params.W + crop.y + column];
  return vec3f((vec3u(word) >> vec3u(0u, 8u, 16u)) & vec3u(255u)) / 255.0;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.size * params.size) {
    return;
  }
  let down = taps[i / params.size];
  let across = taps[i % params.size];
  let weights = bitcast<vec4f>(vec4u(down.zw, across.zw)); // top, bottom, left, right
  let upper = weights.z * color(down.x, across.x) + weights.w * color(down.x, across.y);
  let lower = weights.z * color(down.y, across.x) + weights.w * color(down.y, across.y);
  let value = weights.x * upper + weights.y * lower;
  y[3u * i] = value.x;
  y[3u * i + 1u] = value.y;
  y[3u * i + 2u] = value.z;
}
