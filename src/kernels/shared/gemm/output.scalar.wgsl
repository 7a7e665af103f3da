// Stores column by column: any number of channels.
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

// `column` is a multiple of 4. `place` (of the kernel) gives channel and element.
fn store(row: u32, column: u32, sum: vec4f) {
  if (row >= params.rows) {
    return;
  }
  var sums = sum;
  for (var i = 0u; i < min(4u, params.columns - min(column, params.columns)); i++) {
    let to = place(row, column + i);
    var v = sums[i];
    if (hasBias) {
      v += bias[to.channel];
    }
    v = activate(activation, vec4f(v)).x;
    if (hasScale) {
      v *= scale[to.channel];
    }
    if (hasResidual) {
      v += residual[to.element];
    }
    y[to.element] = v;
  }
}
