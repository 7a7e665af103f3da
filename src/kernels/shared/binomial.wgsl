// Scores of depth bins: ZoeDepth, arXiv:2302.12288, section 3.2, "log-binomial".
// Takes: softplusAccurate, logAccurate (shared/math.wgsl).
const POSITIVE = 1e-4;

struct Binomial {
  logP: f32,
  logQ: f32,
  temperature: f32,
}

// `raw` has the four numbers of a pixel before softplus: two give the mode p, two the temperature.
fn binomialOf(raw: vec4f, minTemp: f32, maxTemp: f32) -> Binomial {
  let y = softplusAccurate(raw) + POSITIVE;
  let p = y.x / (y.x + y.y);
  let logs = logAccurate(clamp(vec4f(p, 1.0 - p, 1.0, 1.0), vec4f(POSITIVE), vec4f(1.0)));
  return Binomial(logs.x, logs.y, (maxTemp - minTemp) * (y.z / (y.z + y.w)) + minTemp);
}

// Returns the scores of bins 4 * i .. 4 * i + 3 out of `bins`.
fn binScores(b: Binomial, coefficients: vec4f, i: u32, bins: u32) -> vec4f {
  let k = f32(4u * i) + vec4f(0.0, 1.0, 2.0, 3.0);
  return (coefficients + k * b.logP + (f32(bins - 1u) - k) * b.logQ) / b.temperature;
}

fn largest(v: vec4f) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

fn total(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}
