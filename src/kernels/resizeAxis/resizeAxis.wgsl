// resizeAxis: y[outer, o, c] = sum over k of weights[o, k] * x[outer, first[o] + k, c]
//   x [outer, length, C] · y [outer, to, C], C in units of `Value`
//   ranges [to, 2]: first input index and number of taps · weights [to, stride] float bits
// One axis of an antialiased resize: when shrinking, the number of taps grows with the scale.
// Takes: workgroupIndex (shared/grid.wgsl); Value (shared/value.*.wgsl).
struct Params {
  count: u32,
  length: u32,
  to: u32,
  C: u32,
  stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Value>;
@group(0) @binding(2) var<storage, read> ranges: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<Value>;

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
  let c = index % params.C;
  let line = index / params.C;
  let o = line % params.to;
  let start = ((line / params.to) * params.length + ranges[2u * o]) * params.C + c;
  let taps = ranges[2u * o + 1u];
  var sum = bitcast<f32>(weights[o * params.stride]) * x[start];
  for (var k = 1u; k < taps; k++) {
    sum += bitcast<f32>(weights[o * params.stride + k]) * x[start + k * params.C];
  }
  y[index] = sum;
}
