// Softmax online, as queries meet tiles of 32 keys on subgroups of eight lanes: four logits in each lane.
// In the product with values a lane stands for features: vec4s lane, lane + 8, lane + 16 of the head, as far as `slots`
// says. Needs `override slots: u32` and LOWEST in the kernel.

// Running softmax of one query: maximum and sum of powers (this lane's keys only), and the weighted values.
struct Row {
  most: f32,
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

// Takes 32 more logits into the running softmax. Returns their powers.
fn absorb(row: ptr<function, Row>, logits: vec4f, valid: vec4<bool>) -> vec4f {
  let s = select(vec4f(LOWEST), logits, valid);
  var most = max(max(s.x, s.y), max(s.z, s.w));
  most = max(most, subgroupShuffleXor(most, 1u));
  most = max(most, subgroupShuffleXor(most, 2u));
  most = max(most, subgroupShuffleXor(most, 4u));
  most = max(most, (*row).most);
  let shrink = exp2((*row).most - most);
  let powers = exp2(s - most);
  (*row).most = most;
  (*row).sum = fma((*row).sum, shrink, (powers.x + powers.y) + (powers.z + powers.w));
  (*row).a *= shrink;
  (*row).b *= shrink;
  (*row).c *= shrink;
  return powers;
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
