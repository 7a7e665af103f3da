// pillowResize: one axis of Pillow's 8-bit bilinear resize of RGBA8 words (r in the low byte).
//   x [outer, length, inner] u32 · y [outer, to, inner] u32 · ranges [to, 2]: first index, number of taps
//   weights [to, stride]: fixed point, 22 bits; their sum is 2^22 up to a few units
// One invocation per output word. The sum is below 255 * 2^22 + 2^21 + a few units, so it fits 32 bits.
// The fourth byte is written as 255: photos are opaque.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  length: u32,
  to: u32,
  inner: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> ranges: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<u32>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (index >= params.count) {
    return;
  }
  let c = index % params.inner;
  let line = index / params.inner;
  let o = line % params.to;
  let start = ((line / params.to) * params.length + ranges[2u * o]) * params.inner + c;
  let taps = ranges[2u * o + 1u];
  var sum = vec3u(1u << 21u);
  for (var k = 0u; k < taps; k++) {
    let word = x[start + k * params.inner];
    sum += weights[o * params.stride + k] * (vec3u(word, word >> 8u, word >> 16u) & vec3u(255u));
  }
  let rgb = min(sum >> vec3u(22u), vec3u(255u));
  y[index] = rgb.x | (rgb.y << 8u) | (rgb.z << 16u) | 0xff000000u;
}
