// Stores four columns at once, f32 or f16: the number of channels is a multiple of 4.
// Takes: channelOf, elementOf, params.rows, params.columns (the kernel).
// Takes: ChannelTerms, hasBias, hasScale, perChannel, hasResidual (shared/gemm/epilogue.wgsl).
// Takes: Stored, loaded, stored (shared/elements.f*.wgsl).
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> scale: array<vec4f>;
@group(0) @binding(5) var<storage, read> residual: array<Stored>;
@group(0) @binding(6) var<storage, read_write> y: array<Stored>;

// Loads bias and scale of the four columns starting at `column`, a multiple of 4.
fn channelTerms(column: u32) -> ChannelTerms {
  let channel = channelOf(column) / 4u;
  var terms = ChannelTerms(vec4f(), vec4f());
  if (hasBias) {
    terms.bias = bias[channel];
  }
  if (hasScale) {
    terms.scale = scale[channel];
  }
  return terms;
}

fn store(row: u32, column: u32, sum: vec4f, terms: ChannelTerms) {
  if (row >= params.rows || column >= params.columns) {
    return;
  }
  let at = elementOf(row, column) / 4u;
  var v = perChannel(sum, terms);
  if (hasResidual) {
    v += loaded(residual[at]);
  }
  y[at] = stored(v);
}
