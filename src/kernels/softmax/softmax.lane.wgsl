// softmax for software adapters: one row per invocation, so that there is no barrier and no workgroup memory, and x in
// a flat texture, whose loads do not branch. Rows may start and end within a texel. Otherwise as softmax.wgsl.
//   x [rows, C] as texels · y [rows, C]
// Takes: workgroupIndex (shared/grid.wgsl); expAccurate (shared/math.wgsl); maxOf, sumOf (shared/row.vec4.wgsl).
override whole: bool = false; // rows are made of whole texels

struct Params {
  rows: u32,
  C: u32,
  inverse: f32, // 1 / divisor
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var x: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const LOWEST = -3.4028234e38;
// Terms whose exponent is less are exactly 0.
const LEAST = -110.0;

fn load(i: u32) -> vec4f {
  return textureLoad(x, vec2u(i & 1023u, i >> 10u));
}

// Which elements of texel `i` lie in the row of C elements from `start` on.
fn inRow(i: u32, start: u32) -> vec4<bool> {
  return (4u * i + vec4u(0u, 1u, 2u, 3u) - start) < vec4u(params.C);
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
  let start = row * params.C;
  let first = start / 4u;
  // As many for all rows, which keeps the invocations together: the texel after the last may be read as well.
  let end = first + select((params.C + 6u) / 4u, params.C / 4u, whole);
  var columnMax = vec4f(LOWEST);
  for (var i = first; i < end; i++) {
    columnMax = max(columnMax, select(vec4f(LOWEST), load(i), vec4<bool>(whole) | inRow(i, start)));
  }
  // Limited first, so that the difference does not overflow either.
  let rowMax = maxOf(columnMax);
  let least = rowMax + LEAST / params.inverse;
  var sum = vec4f();
  for (var i = first; i < end; i++) {
    let term = expAccurate((max(load(i), vec4f(least)) - rowMax) * params.inverse);
    sum += select(vec4f(), term, vec4<bool>(whole) | inRow(i, start));
  }
  let factor = 1.0 / sumOf(sum);
  for (var i = first; i < end; i++) {
    let values = factor * expAccurate((max(load(i), vec4f(least)) - rowMax) * params.inverse);
    let inside = vec4<bool>(whole) | inRow(i, start);
    for (var j = 0u; j < 4u; j++) {
      if (inside[j]) {
        y[4u * i + j] = values[j];
      }
    }
  }
}
