// softmax for software adapters: one row per invocation, so that there is no barrier and no workgroup memory, and x in
// a flat texture, whose loads do not branch. C % 4 == 0. Otherwise as softmax.wgsl.
//   x [rows, C] as texels · y [rows, C] as vec4s
// Takes: workgroupIndex (shared/grid.wgsl); expAccurate (shared/math.wgsl); maxOf, sumOf (shared/row.vec4.wgsl).
struct Params {
  rows: u32,
  steps: u32, // vec4s per row
  divisor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

const LOWEST = -3.4028234e38;

fn load(i: u32) -> vec4f {
  return textureLoad(x, vec2u(i & 1023u, i >> 10u));
}

fn term(v: vec4f, rowMax: f32) -> vec4f {
  return expAccurate((max(v, vec4f(rowMax - 110.0 * params.divisor)) - rowMax) / params.divisor);
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let row = workgroupIndex(workgroup, workgroups) * 8u + lid;
  if (row >= params.rows) {
    return;
  }
  let start = row * params.steps;
  var columnMax = vec4f(LOWEST);
  for (var c = 0u; c < params.steps; c++) {
    columnMax = max(columnMax, load(start + c));
  }
  let rowMax = maxOf(columnMax);
  var sum = vec4f();
  for (var c = 0u; c < params.steps; c++) {
    sum += term(load(start + c), rowMax);
  }
  let total = sumOf(sum);
  for (var c = 0u; c < params.steps; c++) {
    y[start + c] = term(load(start + c), rowMax) / total;
  }
}
