// unary: y = f(x), element by element. x, y [n], f32 or f16; `kind` picks f (unary.ts lists the numbers).
// Buffers hold whole vec4s, so the last one may have up to three elements after the last: they are computed and never
// read. An invocation computes `perInvocation` neighboring vec4s.
// Takes: activate, ACTIVATION_GELU (shared/activations.wgsl); Stored, stored, loaded (shared/elements.f*.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
// Takes: sigmoidAccurate, softplusAccurate, sinAccurate, expAccurate, logAccurate (shared/math.wgsl).
override kind: u32 = 0;
override perInvocation: u32 = 1;

struct Params {
  vectors: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

fn apply(v: vec4f) -> vec4f {
  switch (kind) {
    case 0u: { return activate(ACTIVATION_GELU, v); }
    case 1u: { return max(v, vec4f(0.0)); }
    case 2u: { return sigmoidAccurate(v); }
    case 3u: { return softplusAccurate(v); }
    case 4u: { return sinAccurate(v, 0); }
    case 5u: { return sinAccurate(v, 1); }
    case 6u: { return expAccurate(v); }
    case 7u: { return logAccurate(v); }
    default: { return sqrt(v); }
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let first = (workgroupIndex(workgroup, workgroups) * 64u + lid) * perInvocation;
  for (var n = 0u; n < perInvocation; n++) {
    let i = first + n;
    if (i < params.vectors) {
      y[i] = stored(apply(loaded(x[i])));
    }
  }
}
