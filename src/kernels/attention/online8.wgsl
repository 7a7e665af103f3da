// Online softmax on subgroups of eight lanes: a query is combined with tiles of 32 keys, four logits per lane.
// In the product with the values a lane owns features: vec4s lane, lane + 8 and lane + 16 of the head. `slots` says how
// many of these three exist.
// Takes: slots (the kernel); LOWEST (attention/params.wgsl).

// Running softmax of one query: the largest logit, the sum of exponentials over this lane's keys, the weighted values.
struct Row {
  maxLogit: f32,
  sum: f32,
  a: vec4f,
  b: vec4f,
  c: vec4f,
}

struct Values {
  a: vec4f,
  b: vec4f,
  c: vec4f,
}

// Adds 32 logits to the running softmax. Returns their exponentials, the weights of the values before normalization.
fn addLogits(row: ptr<function, Row>, logits: vec4f, valid: vec4<bool>) -> vec4f {
  let s = select(vec4f(LOWEST), logits, valid);
  var maxLogit = max(max(s.x, s.y), max(s.z, s.w));
  maxLogit = max(maxLogit, subgroupShuffleXor(maxLogit, 1u));
  maxLogit = max(maxLogit, subgroupShuffleXor(maxLogit, 2u));
  maxLogit = max(maxLogit, subgroupShuffleXor(maxLogit, 4u));
  maxLogit = max(maxLogit, (*row).maxLogit);
  let rescale = exp2((*row).maxLogit - maxLogit);
  let exps = exp2(s - maxLogit);
  (*row).maxLogit = maxLogit;
  (*row).sum = fma((*row).sum, rescale, (exps.x + exps.y) + (exps.z + exps.w));
  (*row).a *= rescale;
  (*row).b *= rescale;
  (*row).c *= rescale;
  return exps;
}

fn weigh(row: ptr<function, Row>, weight: f32, values: Values) {
  (*row).a = fma(vec4f(weight), values.a, (*row).a);
  if (slots > 1u) {
    (*row).b = fma(vec4f(weight), values.b, (*row).b);
  }
  if (slots > 2u) {
    (*row).c = fma(vec4f(weight), values.c, (*row).c);
  }
}

fn weighFour(row: ptr<function, Row>, weights: vec4f, a: Values, b: Values, c: Values, d: Values) {
  weigh(row, weights.x, a);
  weigh(row, weights.y, b);
  weigh(row, weights.z, c);
  weigh(row, weights.w, d);
}
