// resizeMasked: bilinear resize of a map with holes. A value is valid if all of its four taps are, else it is 0.
//   x, y [B, H or h, W or w, C] f32 · valid, yValid [B, H or h, W or w] u32, 0 or 1
//   rows [h, 4], columns [w, 4]: two indices, then two weights as float bits
// One invocation per output pixel.
// as in the released code: a tap of weight zero counts too. There holes are infinite, and 0 * inf is NaN.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  H: u32,
  W: u32,
  C: u32,
  h: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> valid: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> columns: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> yValid: array<u32>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let pixel = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (pixel >= params.count) {
    return;
  }
  let j = pixel % params.w;
  let line = pixel / params.w;
  let i = line % params.h;
  let image = (line / params.h) * params.H;
  let above = (image + rows[4u * i]) * params.W;
  let below = (image + rows[4u * i + 1u]) * params.W;
  let left = columns[4u * j];
  let right = columns[4u * j + 1u];
  let isValid = valid[above + left] != 0u && valid[above + right] != 0u
    && valid[below + left] != 0u && valid[below + right] != 0u;
  yValid[pixel] = select(0u, 1u, isValid);
  let top = bitcast<f32>(rows[4u * i + 2u]);
  let bottom = bitcast<f32>(rows[4u * i + 3u]);
  let west = bitcast<f32>(columns[4u * j + 2u]);
  let east = bitcast<f32>(columns[4u * j + 3u]);
  for (var c = 0u; c < params.C; c++) {
    var value = 0.0;
    if (isValid) {
      let upper = west * x[(above + left) * params.C + c] + east * x[(above + right) * params.C + c];
      let lower = west * x[(below + left) * params.C + c] + east * x[(below + right) * params.C + c];
      value = top * upper + bottom * lower;
    }
    y[pixel * params.C + c] = value;
  }
}
