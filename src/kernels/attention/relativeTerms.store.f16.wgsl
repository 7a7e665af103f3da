// A thread computes four neighboring results, halves.
// Takes: Stored, stored (shared/elements.f16.wgsl).
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;

const RESULTS = 4u;

fn storeTerms(unit: u32, terms: vec4f) {
  y[unit] = stored(terms);
}
