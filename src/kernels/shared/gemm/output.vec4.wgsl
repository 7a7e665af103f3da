// Stores four columns at once: the number of channels is a multiple of 4.
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> scale: array<vec4f>;
@group(0) @binding(5) var<storage, read> residual: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

// `column` is a multiple of 4. `place` (of the kernel) gives channel and element.
fn store(row: u32, column: u32, sum: vec4f) {
  if (row >= params.rows || column >= params.columns) {
    return;
  }
  let to = place(row, column);
  var v = sum;
  if (hasBias) {
    v += bias[to.channel / 4u];
  }
  v = activate(activation, v);
  if (hasScale) {
    v *= scale[to.channel / 4u];
  }
  if (hasResidual) {
    v += residual[to.element / 4u];
  }
  y[to.element / 4u] = v;
}
