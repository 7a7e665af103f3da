// attract: y[r, k] = c + mean over a of d / (1 + 300 d^2), d = points[r, a] - c, c = centers[r, k]
//   points [rows, A] f32 · centers, y [rows, bins], in units of `Value`
// One invocation per output unit.
// Takes: workgroupIndex (shared/grid.wgsl); Value (shared/value.*.wgsl).
const ALPHA = 300.0;

struct Params {
  count: u32,
  A: u32,
  bins: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> centers: array<Value>;
@group(0) @binding(3) var<storage, read_write> y: array<Value>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (i >= params.count) {
    return;
  }
  let start = (i / params.bins) * params.A;
  let c = centers[i];
  var sum = Value();
  for (var a = 0u; a < params.A; a++) {
    let d = points[start + a] - c;
    sum += d / (1.0 + ALPHA * d * d);
  }
  y[i] = c + sum / f32(params.A);
}
