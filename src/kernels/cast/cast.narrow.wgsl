// cast from f32 to f16.
// Takes: Stored, stored (shared/elements.f16.wgsl).
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

fn castFour(i: u32) {
  y[i] = stored(x[i]);
}
