// A thread computes one result, f32.
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

const RESULTS = 1u;

fn storeTerms(unit: u32, terms: vec4f) {
  y[unit] = terms.x;
}
