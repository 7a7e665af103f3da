// metricBins: depth = sum over k of probability[k] * center[k], where the centers are interpolated bilinearly
//   raw [B, h, w, 4] · coefficients [n] · centers [B, H, W, n], both as vec4s · y [B, h, w]
//   n = bins rounded up to a multiple of four
//   rows [h, 4], columns [w, 4]: two indices, then two weights as float bits
// One invocation per pixel. Neither the probabilities nor the interpolated centers are stored: at a network's full
// size each would be as large as a binding may be.
// Takes: binomialOf, binScores, largest, total (shared/binomial.wgsl); workgroupIndex (shared/grid.wgsl).
// Takes: expAccurate (shared/math.wgsl).
struct Params {
  pixels: u32,
  bins: u32,
  minTemp: f32,
  maxTemp: f32,
  H: u32,
  W: u32,
  h: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> raw: array<vec4f>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec4f>;
@group(0) @binding(3) var<storage, read> centers: array<vec4f>;
@group(0) @binding(4) var<storage, read> rows: array<vec4u>;
@group(0) @binding(5) var<storage, read> columns: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let pixel = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (pixel >= params.pixels) {
    return;
  }
  let b = binomialOf(raw[pixel], params.minTemp, params.maxTemp);
  let quads = (params.bins + 3u) / 4u;
  var maxScores = binScores(b, coefficients[0], 0u, params.bins);
  for (var i = 1u; i < quads; i++) {
    maxScores = max(maxScores, binScores(b, coefficients[i], i, params.bins));
  }
  let maxScore = largest(maxScores);
  let line = pixel / params.w;
  let image = (line / params.h) * params.H;
  let row = rows[line % params.h];
  let column = columns[pixel % params.w];
  let above = (image + row.x) * params.W;
  let below = (image + row.y) * params.W;
  let vertical = bitcast<vec2f>(row.zw);
  let horizontal = bitcast<vec2f>(column.zw);
  var sum = vec4f();
  var weighted = vec4f();
  for (var i = 0u; i < quads; i++) {
    let e = expAccurate(binScores(b, coefficients[i], i, params.bins) - maxScore);
    let upper = horizontal.x * centers[(above + column.x) * quads + i]
      + horizontal.y * centers[(above + column.y) * quads + i];
    let lower = horizontal.x * centers[(below + column.x) * quads + i]
      + horizontal.y * centers[(below + column.y) * quads + i];
    sum += e;
    weighted += e * (vertical.x * upper + vertical.y * lower);
  }
  y[pixel] = total(weighted) / total(sum);
}
