// The numbers of the bias: halves, two to a word, the first in the low bits.
@group(0) @binding(4) var<storage, read> biases: array<u32>;

fn biasAt(i: u32) -> f32 {
  return unpack2x16float(biases[i / 2u])[i % 2u];
}
