// Weights of the tiled variants as halves, [columns, taps * quads] groups of four.
// Takes: params.taps, params.quads (the kernel).
@group(0) @binding(2) var<storage, read> w: array<vec2u>;

// Returns where the terms of a column begin.
fn weightRow(column: u32) -> u32 {
  return column * params.taps * params.quads;
}

fn loadHalves(row: u32, quad: u32) -> vec2u {
  return w[row + quad];
}

fn loadWeight(row: u32, quad: u32) -> vec4f {
  let h = loadHalves(row, quad);
  return vec4f(unpack2x16float(h.x), unpack2x16float(h.y));
}
