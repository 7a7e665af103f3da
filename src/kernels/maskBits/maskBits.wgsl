// maskBits, first stage: resamples logits, and keeps a bit of each pixel and what each word of 32 pixels covers.
//   x [B, H, W] · rows [h, 4], columns [w, 4] u32: two indices, then two weights as float bits
//   bits [B, w, words] u32: bit i of word k of a column is set if the logit in row 32 k + i is above 0
//   parts [B, words, w] vec4u: first row, last row + 1, number of logits above `offset`, number above `-offset`
// One invocation per word. Neighbors have neighboring columns, so that they read neighboring logits. Rows that were
// mixed for one pixel are kept for the next: an enlarged map has several pixels between two of its rows.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32, // B * words * w
  H: u32,
  W: u32,
  h: u32,
  w: u32,
  words: u32,
  offset: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> rows: array<vec4u>;
@group(0) @binding(3) var<storage, read> columns: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> bits: array<u32>;
@group(0) @binding(5) var<storage, read_write> parts: array<vec4u>;

fn mixRow(start: u32, column: vec4u) -> f32 {
  let weights = bitcast<vec2f>(column.zw);
  return weights.x * x[start + column.x] + weights.y * x[start + column.y];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let part = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (part >= params.count) {
    return;
  }
  let j = part % params.w;
  let word = (part / params.w) % params.words;
  let image = part / (params.w * params.words);
  let column = columns[j];
  let start = image * params.H * params.W;
  let first = word * 32u;
  let end = min(first + 32u, params.h);

  var held = rows[first].xy;
  var mixed = vec2f(mixRow(start + held.x * params.W, column), mixRow(start + held.y * params.W, column));
  var inside = 0u;
  var covered = vec4u(params.h, 0u, 0u, 0u);
  for (var i = first; i < end; i++) {
    let row = rows[i];
    if (row.x != held.x) {
      mixed.x = select(mixRow(start + row.x * params.W, column), mixed.y, row.x == held.y);
    }
    if (row.y != held.y) {
      mixed.y = mixRow(start + row.y * params.W, column);
    }
    held = row.xy;
    let weights = bitcast<vec2f>(row.zw);
    let logit = weights.x * mixed.x + weights.y * mixed.y;
    if (logit > 0.0) {
      inside |= 1u << (i - first);
      covered = vec4u(min(covered.x, i), i + 1u, covered.zw);
    }
    covered.z += u32(logit > params.offset);
    covered.w += u32(logit > -params.offset);
  }
  bits[(image * params.w + j) * params.words + word] = inside;
  parts[part] = covered;
}
