// unary: y = f(x), element by element. x, y [n], f32 or f16; `kind` picks f (unary.ts lists the numbers).
// From shared/elements.*.wgsl: `Stored`, `loaded`, `stored`; from shared/math.wgsl and activations.wgsl: the functions.
// Buffers hold whole vec4s, so the last one may contain up to three elements beyond n: they are computed and never read.
override kind: u32 = 0;

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
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.vectors) {
    return;
  }
  y[i] = stored(apply(loaded(x[i])));
}
