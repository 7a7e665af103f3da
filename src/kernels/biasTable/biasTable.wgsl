// biasTable: BEiT's table of position biases for another grid of patches
//   table [side * side + 3, heads] · y [h * w + 3, heads]; h and w are numbers of offsets, 2 * patches - 1
//   rows [h, 4], columns [w, 4]: two indices, then two weights as float bits
// The last three rows of the table belong to the class token. The others are a side x side map, which is interpolated.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  heads: u32,
  side: u32,
  h: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> rows: array<vec4u>;
@group(0) @binding(3) var<storage, read> columns: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (index >= params.count) {
    return;
  }
  let head = index % params.heads;
  let entry = index / params.heads;
  let area = params.h * params.w;
  if (entry >= area) {
    y[index] = table[(params.side * params.side + entry - area) * params.heads + head];
    return;
  }
  let row = rows[entry / params.w];
  let column = columns[entry % params.w];
  let above = row.x * params.side;
  let below = row.y * params.side;
  let vertical = bitcast<vec2f>(row.zw);
  let horizontal = bitcast<vec2f>(column.zw);
  let upper = horizontal.x * table[(above + column.x) * params.heads + head]
    + horizontal.y * table[(above + column.y) * params.heads + head];
  let lower = horizontal.x * table[(below + column.x) * params.heads + head]
    + horizontal.y * table[(below + column.y) * params.heads + head];
  y[index] = vertical.x * upper + vertical.y * lower;
}
