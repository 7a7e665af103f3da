// Four neighboring elements of b: halves, two to a word, the first in the low bits.
@group(0) @binding(2) var<storage, read> b: array<vec2u>;

fn readB(i: u32) -> vec4f {
  let h = b[i];
  return vec4f(unpack2x16float(h.x), unpack2x16float(h.y));
}
