// layerNorm for software adapters: one row per invocation, so that there is no barrier and no workgroup memory, and
// operands in flat textures, whose loads do not branch. C % 4 == 0.
//   x [rows, C], gamma, beta [C] as texels · y [rows, C] as vec4s
// The four lanes of a vec4 hold running sums of their own, which keeps the chains of additions short.
// Takes: workgroupIndex (shared/grid.wgsl); sumOf (shared/row.vec4.wgsl).
struct Params {
  rows: u32,
  steps: u32, // vec4s per row
  C: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var gamma: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var beta: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn texel(i: u32) -> vec2u {
  return vec2u(i & 1023u, i >> 10u);
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
  var sum = vec4f();
  for (var c = 0u; c < params.steps; c++) {
    sum += textureLoad(x, texel(start + c));
  }
  let mean = sumOf(sum) / f32(params.C);
  var squares = vec4f();
  for (var c = 0u; c < params.steps; c++) {
    let d = textureLoad(x, texel(start + c)) - mean;
    squares += d * d;
  }
  let scale = 1.0 / sqrt(sumOf(squares) / f32(params.C) + params.eps);
  for (var c = 0u; c < params.steps; c++) {
    let d = textureLoad(x, texel(start + c)) - mean;
    y[start + c] = d * scale * textureLoad(gamma, texel(c)) + textureLoad(beta, texel(c));
  }
}
