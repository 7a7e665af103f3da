// Element i of b: halves, two to a word, the first in the low bits.
@group(0) @binding(2) var<storage, read> b: array<u32>;

fn readB(i: u32) -> f32 {
  return unpack2x16float(b[i / 2u])[i % 2u];
}
