// softmax: y = exp(x / divisor) / sum exp(x / divisor) over the last axis. x, y [rows, C], f32 or f16.
// From shared/row.*.wgsl: `Columns`; from shared/elements.*.wgsl: `Stored`.
// One workgroup per row; a thread owns columns lid, lid + wgSize, ... The maximum is subtracted first, so that nothing
// overflows; a term 110 divisors below it is exactly 0, however far below it lies.
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

// The difference is taken of limited values: it must not overflow either.
fn term(v: Columns, greatest: f32) -> Columns {
  let t = (max(widen(v), vec4f(greatest - 110.0 * params.divisor)) - greatest) / params.divisor;
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
  let greatest = workgroupMax(lid, maxOf(columnMax));
  var sum = Columns();
  for (var c = lid; c < params.steps; c += wgSize) {
    sum += term(loaded(x[start + c]), greatest);
  }
  let total = workgroupSum(lid, sumOf(sum));
  for (var c = lid; c < params.steps; c += wgSize) {
    y[start + c] = stored(term(loaded(x[start + c]), greatest) / total);
  }
}
