// cast from f16 to f32, which is exact.
// Takes: Stored, loaded (shared/elements.f16.wgsl).
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

fn castFour(i: u32) {
  y[i] = loaded(x[i]);
}
