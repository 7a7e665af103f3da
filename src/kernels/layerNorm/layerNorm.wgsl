// layerNorm: y = (x - mean) / sqrt(var + eps) * gamma + beta over the last axis.
//   x, y [rows, C], f32 or f16 · gamma, beta [C]
// One workgroup per row; a thread owns columns lid, lid + wgSize, ... Variance in a second pass:
// mean(x^2) - mean^2 cancels in f32 when the mean is large.
// Takes: Stored, loaded, stored (shared/elements.*.wgsl); workgroupIndex (shared/grid.wgsl).
// Takes: workgroupSum (shared/reduce.wgsl); Columns, sumOf (shared/row.*.wgsl).
override wgSize: u32 = 64;

struct Params {
  rows: u32,
  steps: u32, // Columns per row
  C: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> gamma: array<Columns>;
@group(0) @binding(3) var<storage, read> beta: array<Columns>;
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;

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
  var sum = Columns();
  for (var c = lid; c < params.steps; c += wgSize) {
    sum += loaded(x[start + c]);
  }
  let mean = workgroupSum(lid, sumOf(sum)) / f32(params.C);
  var squares = Columns();
  for (var c = lid; c < params.steps; c += wgSize) {
    let d = loaded(x[start + c]) - mean;
    squares += d * d;
  }
  let scale = 1.0 / sqrt(workgroupSum(lid, sumOf(squares)) / f32(params.C) + params.eps);
  for (var c = lid; c < params.steps; c += wgSize) {
    y[start + c] = stored((loaded(x[start + c]) - mean) * scale * gamma[c] + beta[c]);
  }
}
