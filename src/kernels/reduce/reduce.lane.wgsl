// reduce for short rows: one invocation per row. x [rows, C], f32 or f16 · y [rows] f32, the sum times `scale`.
// Four running sums keep the chains of additions short.
// Takes: workgroupIndex (shared/grid.wgsl); readX (shared/input.*.wgsl).
override isMax: bool = false; // maximum instead of sum

const LOWEST = -3.4028234e38;

struct Params {
  rows: u32,
  C: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let row = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (row >= params.rows) {
    return;
  }
  let start = row * params.C;
  let whole = params.C / 4u * 4u;
  if (isMax) {
    var maximum = LOWEST;
    for (var c = 0u; c < params.C; c++) {
      maximum = max(maximum, readX(start + c));
    }
    y[row] = maximum;
    return;
  }
  var sum = vec4f();
  for (var c = 0u; c < whole; c += 4u) {
    let i = start + c;
    sum += vec4f(readX(i), readX(i + 1u), readX(i + 2u), readX(i + 3u));
  }
  for (var c = whole; c < params.C; c++) {
    sum.x += readX(start + c);
  }
  y[row] = (sum.x + sum.y + (sum.z + sum.w)) * params.scale;
}
