// The numbers of the bias, f32.
@group(0) @binding(4) var<storage, read> biases: array<f32>;

fn biasAt(i: u32) -> f32 {
  return biases[i];
}
