// batchNorm, inference: y = (x - mean) / sqrt(variance + eps) * gamma + beta, per channel.
//   x, y [n], channels last, f32 or f16 · mean, variance, gamma, beta [C] f32
// If C % 4 == 0 (`gather` = 0), the channels of a vec4 of x are a vec4 of each parameter;
// else they are read one by one.
// Takes: Stored, loaded, stored (shared/elements.f*.wgsl); workgroupIndex (shared/grid.wgsl).
override gather: u32 = 0;

struct Params {
  vectors: u32,
  C: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read> variance: array<vec4f>;
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(5) var<storage, read> beta: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<Stored>;

fn normalize(v: vec4f, mean: vec4f, variance: vec4f, gamma: vec4f, beta: vec4f) -> vec4f {
  return (v - mean) / sqrt(variance + params.eps) * gamma + beta;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.vectors) {
    return;
  }
  let v = loaded(x[i]);
  if (gather == 0u) {
    let c = i % (params.C / 4u);
    y[i] = stored(normalize(v, mean[c], variance[c], gamma[c], beta[c]));
    return;
  }
  var result: vec4f;
  for (var k = 0u; k < 4u; k++) {
    let c = (4u * i + k) % params.C;
    let j = c / 4u;
    let l = c % 4u;
    result[k] = normalize(
      vec4f(v[k]),
      vec4f(mean[j][l]),
      vec4f(variance[j][l]),
      vec4f(gamma[j][l]),
      vec4f(beta[j][l]),
    ).x;
  }
  y[i] = stored(result);
}
