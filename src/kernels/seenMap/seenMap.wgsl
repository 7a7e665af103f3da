// seenMap: the normalized points of a square around the object, resized to size x size (bilinear, align_corners false).
//   points from shared/points.*.wgsl · stats [8] of maskedStats
//   taps [size, 4]: two positions in the square, then two weights as float bits, for its rows and its columns alike
//   box [4] u32 = top, left, height, width of the crop in the photo; outside the box the square has no points
//   xyz [size, size, 3], `MISSING` where not valid · valid [size, size] u32
// No map of the photo's size is stored: each invocation computes the four points of its result.
// as in the released code: a result is valid if all four points are, even one of weight zero. There holes are infinite,
// and 0 * inf is NaN.
// Takes: PhotoPoint, pointAt (shared/points.*.wgsl).
struct Params {
  size: u32,
  W: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(4) var<storage, read> stats: array<vec4f>;
@group(0) @binding(5) var<storage, read> taps: array<vec4u>;
@group(0) @binding(6) var<storage, read> box: array<vec4u>;
@group(0) @binding(7) var<storage, read_write> xyz: array<f32>;
@group(0) @binding(8) var<storage, read_write> valid: array<u32>;

const MISSING = -100.0;

fn normalized(row: u32, column: u32) -> PhotoPoint {
  let crop = box[0];
  if (row >= crop.z || column >= crop.w) {
    return PhotoPoint();
  }
  var point = pointAt((crop.x + row) * params.W + crop.y + column, params.W);
  let scale = stats[1].w;
  point.xyz = point.xyz / scale - stats[0].xyz / scale;
  return point;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= params.size * params.size) {
    return;
  }
  let down = taps[i / params.size];
  let across = taps[i % params.size];
  let nw = normalized(down.x, across.x);
  let ne = normalized(down.x, across.y);
  let sw = normalized(down.y, across.x);
  let se = normalized(down.y, across.y);
  let ok = nw.valid && ne.valid && sw.valid && se.valid;
  let weights = bitcast<vec4f>(vec4u(down.zw, across.zw)); // top, bottom, left, right
  let upper = weights.z * nw.xyz + weights.w * ne.xyz;
  let lower = weights.z * sw.xyz + weights.w * se.xyz;
  let value = select(vec3f(MISSING), weights.x * upper + weights.y * lower, ok);
  xyz[3u * i] = value.x;
  xyz[3u * i + 1u] = value.y;
  xyz[3u * i + 2u] = value.z;
  valid[i] = u32(ok);
}
