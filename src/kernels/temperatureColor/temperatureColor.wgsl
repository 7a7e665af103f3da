// temperatureColor: y = sum over k of softmax(logits / temperature)[k] * k / 255, for each of three channels.
//   logits [n, stride], of which the last 768 are used: 256 each for R, G and B · y [n, 3]
// One channel of one row per invocation. The maximum is subtracted first: logits / temperature are large.
// Takes: workgroupIndex (shared/grid.wgsl); expAccurate (shared/math.wgsl).
const LEVELS = 256u;
const LOWEST = -3.4028234e38;

struct Params {
  total: u32, // 3 n
  stride: u32,
  temperature: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn load(i: u32) -> vec4f {
  return vec4f(logits[i], logits[i + 1u], logits[i + 2u], logits[i + 3u]);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.total) {
    return;
  }
  let start = (i / 3u + 1u) * params.stride - 3u * LEVELS + i % 3u * LEVELS;
  var maxLogits = vec4f(LOWEST);
  for (var k = 0u; k < LEVELS; k += 4u) {
    maxLogits = max(maxLogits, load(start + k));
  }
  let maxLogit = max(max(maxLogits.x, maxLogits.y), max(maxLogits.z, maxLogits.w));
  var sum = vec4f();
  var weighted = vec4f();
  for (var k = 0u; k < LEVELS; k += 4u) {
    let term = expAccurate((load(start + k) - maxLogit) / params.temperature);
    sum += term;
    weighted += term * (f32(k) + vec4f(0.0, 1.0, 2.0, 3.0));
  }
  y[i] = dot(weighted, vec4f(1.0)) / (dot(sum, vec4f(1.0)) * 255.0);
}
