// x read as vec4s: `params.inner`, the length of a run, is a multiple of 4.
@group(0) @binding(1) var<storage, read> x: array<vec4f>;

// Elements 4 quad .. 4 quad + 3 of the run that starts at element `start`.
fn readX(start: u32, quad: u32) -> vec4f {
  return x[start / 4u + quad];
}
