// binProbabilities: softmax over k of (B[k] + k log p + (bins - 1 - k) log(1 - p)) / t
//   raw [pixels, 4] · coefficients B [n] · y [pixels, n], as vec4s, n = bins rounded up to a multiple of four
// One invocation per pixel, three passes over its bins: maximum, sum, quotients.
// Takes: binomialOf, binScores, largest, total (shared/binomial.wgsl); workgroupIndex (shared/grid.wgsl).
// Takes: expAccurate (shared/math.wgsl).
struct Params {
  pixels: u32,
  bins: u32,
  minTemp: f32,
  maxTemp: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> raw: array<vec4f>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

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
  var sum = vec4f();
  for (var i = 0u; i < quads; i++) {
    let e = expAccurate(binScores(b, coefficients[i], i, params.bins) - maxScore);
    sum += e;
    y[pixel * quads + i] = e;
  }
  let sumOfAll = total(sum);
  for (var i = 0u; i < quads; i++) {
    y[pixel * quads + i] /= sumOfAll;
  }
}
