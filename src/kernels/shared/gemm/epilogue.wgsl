// The last step of a matrix product: y = residual + scale * activation(sum + bias), with bias and scale per channel.
// The output part has `channelTerms`, which is called once per column, and `store`, which is called once per row.
// Takes: activate (shared/activations.wgsl).
override hasBias: bool = false;
override hasScale: bool = false;
override hasResidual: bool = false;
override activation: u32 = 0;

// Bias and scale of four columns.
struct ChannelTerms {
  bias: vec4f,
  scale: vec4f,
}

fn perChannel(sum: vec4f, terms: ChannelTerms) -> vec4f {
  var v = sum;
  if (hasBias) {
    v += terms.bias;
  }
  v = activate(activation, v);
  if (hasScale) {
    v *= terms.scale;
  }
  return v;
}
