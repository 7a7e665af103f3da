// stridedCopy: y[toOffset + sum c * toStride] = x[fromOffset + sum c * fromStride] for all coordinates c of a box.
//   x, y of any type, copied as bits, in units of `Words`: one element of 4 bytes, four of them, or four halves
// One invocation per unit. Axes are given innermost first; strides may be 0 (repeat) or negative (mirror).
// Takes: Words (stridedCopy/words.*.wgsl); workgroupIndex (shared/grid.wgsl).
override rank: u32 = 6;

struct Params {
  count: u32,
  fromOffset: i32,
  toOffset: i32,
  sizesLow: vec4u,
  sizesHigh: vec4u,
  fromLow: vec4i,
  fromHigh: vec4i,
  toLow: vec4i,
  toHigh: vec4i,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Words>;
@group(0) @binding(2) var<storage, read_write> y: array<Words>;

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
  var rest = i;
  var at = params.fromOffset;
  var to = params.toOffset;
  for (var axis = 0u; axis < rank; axis++) {
    let low = axis < 4u;
    let k = axis & 3u;
    let length = select(params.sizesHigh[k], params.sizesLow[k], low);
    let c = i32(rest % length);
    rest /= length;
    at += c * select(params.fromHigh[k], params.fromLow[k], low);
    to += c * select(params.toHigh[k], params.toLow[k], low);
  }
  y[to] = x[at];
}
