// Weights of the tiled variant as halves, [columns, taps * quads] groups of four.
// Takes: params.taps, params.quads (the kernel).
@group(0) @binding(2) var<storage, read> w: array<vec2u>;

fn loadWeight(column: u32, quad: u32) -> vec4f {
  let h = w[column * params.taps * params.quads + quad];
  return vec4f(unpack2x16float(h.x), unpack2x16float(h.y));
}
