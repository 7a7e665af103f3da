// Weights of the tiled variant, [columns, taps * quads] vec4s: each run of `params.inner` is padded to whole vec4s.
// Takes: params.taps, params.quads (the kernel).
@group(0) @binding(2) var<storage, read> w: array<vec4f>;

fn loadWeight(column: u32, quad: u32) -> vec4f {
  return w[column * params.taps * params.quads + quad];
}
