// Element i of x: f32.
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn readX(i: u32) -> f32 {
  return x[i];
}
