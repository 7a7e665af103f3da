// Element i of x: halves, two to a word, the first in the low bits.
@group(0) @binding(1) var<storage, read> x: array<u32>;

fn readX(i: u32) -> f32 {
  return unpack2x16float(x[i / 2u])[i % 2u];
}
