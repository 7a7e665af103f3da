// resizePhoto: the colors of a photo, resized bilinearly, without a full-size map of colors.
//   photo [H, W] u32, RGBA8 words with r in the low byte · table [256] f32, the color value of each byte · y [h, w, 3]
//   rows [h, 4], columns [w, 4]: two indices, then two weights as float bits
// One invocation per output pixel. When shrinking, few of the photo's pixels are read, so the table is applied after
// the load. The host computes the table, because WGSL does not promise exactly rounded divisions.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  W: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> photo: array<u32>;
@group(0) @binding(2) var<storage, read> rows: array<vec4u>;
@group(0) @binding(3) var<storage, read> columns: array<vec4u>;
@group(0) @binding(4) var<storage, read> table: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

const wgSize = 64u;

fn color(row: u32, column: u32) -> vec3f {
  let bytes = (vec3u(photo[row * params.W + column]) >> vec3u(0u, 8u, 16u)) & vec3u(255u);
  return vec3f(table[bytes.x], table[bytes.y], table[bytes.z]);
}

fn mixRow(row: u32, across: vec4u) -> vec3f {
  let weights = bitcast<vec2f>(across.zw);
  return weights.x * color(row, across.x) + weights.y * color(row, across.y);
}

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
  let down = rows[index / params.w];
  let across = columns[index % params.w];
  let weights = bitcast<vec2f>(down.zw);
  let value = weights.x * mixRow(down.x, across) + weights.y * mixRow(down.y, across);
  y[3u * index] = value.x;
  y[3u * index + 1u] = value.y;
  y[3u * index + 2u] = value.z;
}
