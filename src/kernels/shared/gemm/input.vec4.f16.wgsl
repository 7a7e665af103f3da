// x read as vec4s of halves: `params.inner`, the length of a run, is a multiple of 4.
@group(0) @binding(1) var<storage, read> x: array<vec2u>;

// Elements 4 quad .. 4 quad + 3 of the run that starts at element `start`.
fn readX(start: u32, quad: u32) -> vec4f {
  let h = x[start / 4u + quad];
  return vec4f(unpack2x16float(h.x), unpack2x16float(h.y));
}
