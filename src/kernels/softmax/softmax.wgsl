// softmax: y = exp(x / divisor) / sum exp(x / divisor) over the last axis. x, y [rows, C], f32 or f16.
// One workgroup per row; a thread owns columns lid, lid + wgSize, ... The maximum is subtracted first, so that nothing
// overflows. An element at least 110 divisors below the maximum gives exactly 0.
// Takes: Stored, loaded, stored (shared/elements.*.wgsl); workgroupIndex (shared/grid.wgsl).
// Takes: expAccurate (shared/math.wgsl); workgroupMax, workgroupSum (shared/reduce.wgsl).
// Takes: Columns, widen, narrow, maxOf, sumOf (shared/row.*.wgsl).
override wgSize: u32 = 64;

struct Params {
  rows: u32,
  steps: u32, // Columns per row
  divisor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

const LOWEST = -3.4028234e38;

// The value is limited first, so that the difference does not overflow either.
fn term(v: Columns, rowMax: f32) -> Columns {
  let t = (max(widen(v), vec4f(rowMax - 110.0 * params.divisor)) - rowMax) / params.divisor;
  return narrow(expAccurate(t));
}

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let row = workgroupIndex(workgroup, workgroups);
  if (row >= params.rows) {
    return;
  }
  let start = row * params.steps;
  var columnMax = Columns() + LOWEST;
  for (var c = lid; c < params.steps; c += wgSize) {
    columnMax = max(columnMax, loaded(x[start + c]));
  }
  let rowMax = workgroupMax(lid, maxOf(columnMax));
  var sum = Columns();
  for (var c = lid; c < params.steps; c += wgSize) {
    sum += term(loaded(x[start + c]), rowMax);
  }
  let total = workgroupSum(lid, sumOf(sum));
  for (var c = lid; c < params.steps; c += wgSize) {
    y[start + c] = stored(term(loaded(x[start + c]), rowMax) / total);
  }
}
