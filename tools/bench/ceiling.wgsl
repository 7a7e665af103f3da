// ceiling: multiply-adds in registers and nothing else, which gives the maximum arithmetic rate of an adapter.
//   y [workgroups * 64]
// Eight chains of dependent multiply-adds per invocation: enough to hide their latency, few enough for sixteen
// registers.
struct Params {
  rounds: u32,
  factor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn four(a: vec4f, m: vec4f) -> vec4f {
  return fma(fma(fma(fma(a, m, m), m, m), m, m), m, m);
}

fn sixteen(a: vec4f, m: vec4f) -> vec4f {
  return four(four(four(four(a, m), m), m), m);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lid: u32) {
  let m = vec4f(params.factor);
  var a = vec4f(f32(lid));
  var b = vec4f(f32(lid) + 1.0);
  for (var round = 0u; round < params.rounds; round++) {
    a = sixteen(sixteen(a, m), m);
    b = sixteen(sixteen(b, m), m);
  }
  y[workgroup.x * 64u + lid] = dot(a + b, vec4f(1.0));
}
