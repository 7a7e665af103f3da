// binary: y = f(a, b), element by element; b may be broadcast over axes of a.
//   a, y [n], f32 or f16 · b [outer * kept], f32 or f16
// The axes of a are grouped as [outer][repeated][kept][inner]. b has only `outer` and `kept`, so element i of a is
// combined with b[(i / (repeated kept inner)) kept + (i / inner) % kept].
// A vec4 of a is combined with one vec4 of b (`gather` = 0), or with four elements that are read one by one (1).
// Takes: readB (binary/second.*.wgsl); Stored, loaded, stored (shared/elements.f*.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
override kind: u32 = 0;
override gather: u32 = 0;

struct Params {
  vectors: u32,
  period: u32, // repeated * kept * inner, in vec4s of a when gather is 0
  kept: u32, // in the same unit
  inner: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Stored>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

fn apply(p: vec4f, q: vec4f) -> vec4f {
  switch (kind) {
    case 0u: { return p + q; }
    case 1u: { return p - q; }
    case 2u: { return p * q; }
    case 3u: { return p / q; }
    case 4u: { return min(p, q); }
    default: { return max(p, q); }
  }
}

fn partner(i: u32) -> f32 {
  let j = i / params.period * params.kept + i / params.inner % params.kept;
  return readB(j / 4u)[j % 4u];
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
  var q: vec4f;
  if (gather == 0u) {
    q = readB(i / params.period * params.kept + i % params.kept);
  } else {
    q = vec4f(partner(4u * i), partner(4u * i + 1u), partner(4u * i + 2u), partner(4u * i + 3u));
  }
  y[i] = stored(apply(loaded(a[i]), q));
}
