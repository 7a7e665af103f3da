// Element i of b: f32.
@group(0) @binding(2) var<storage, read> b: array<f32>;

fn readB(i: u32) -> f32 {
  return b[i];
}
