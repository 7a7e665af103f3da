// Stores column by column: any number of channels.
// Takes: channelOf, elementOf, params.columns, params.rows (the kernel).
// Takes: ChannelTerms, hasBias, hasScale, perChannel, hasResidual (shared/gemm/epilogue.wgsl).
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

// Loads bias and scale of the four columns starting at `column`; columns after the last repeat it.
fn channelTerms(column: u32) -> ChannelTerms {
  var terms = ChannelTerms(vec4f(), vec4f());
  for (var i = 0u; i < 4u; i++) {
    let channel = channelOf(min(column + i, params.columns - 1u));
    if (hasBias) {
      terms.bias[i] = bias[channel];
    }
    if (hasScale) {
      terms.scale[i] = scale[channel];
    }
  }
  return terms;
}

fn store(row: u32, column: u32, sum: vec4f, terms: ChannelTerms) {
  if (row >= params.rows) {
    return;
  }
  var v = perChannel(sum, terms);
  for (var i = 0u; i < 4u && column + i < params.columns; i++) {
    let at = elementOf(row, column + i);
    var one = v[i];
    if (hasResidual) {
      one += residual[at];
    }
    y[at] = one;
  }
}
