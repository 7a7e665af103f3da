// Weights of the tiled variants, [columns, taps * quads] vec4s: each run of `params.inner` is padded to whole vec4s.
// Takes: params.taps, params.quads (the kernel).
@group(0) @binding(2) var<storage, read> w: array<vec4f>;

// Returns where the terms of a column begin.
fn weightRow(column: u32) -> u32 {
  return column * params.taps * params.quads;
}

fn loadWeight(row: u32, quad: u32) -> vec4f {
  return w[row + quad];
}
