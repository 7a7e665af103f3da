// Activation functions, element by element.
const ACTIVATION_NONE = 0u;
const ACTIVATION_GELU = 1u;
const ACTIVATION_RELU = 2u;

// GELU in its erf form, x/2 (1 + erf(x / sqrt 2)), within 1e-7 plus one rounding of the result.
// It is max(x, 0) minus an even term, u/2 erfc(u / sqrt 2) with u = |x|. The term is at most 0.17, so its error does
// not grow with x. erfc is exp(-u^2 / 2) times a slowly varying function, here a polynomial in 1 / (1 + 0.525 u) that
// is fitted to it (maximum error of the term 9e-9 in exact arithmetic).
fn gelu(x: f32) -> f32 {
  let u = min(abs(x), 14.0); // from here on the term is below the smallest float
  let t = 1.0 / fma(0.525, u, 1.0);
  var slow = -0.04235571888524184;
  slow = fma(slow, t, 0.17957927402641582);
  slow = fma(slow, t, -0.23388510373481267);
  slow = fma(slow, t, -0.04135620275374542);
  slow = fma(slow, t, 0.2541470076504265);
  slow = fma(slow, t, 0.1667749688917561);
  slow = fma(slow, t, 0.2177242818498239);
  slow = fma(slow, t, -0.0006292777688835638);
  return max(x, 0.0) - u * exp(-0.5 * u * u) * slow;
}

fn activate(kind: u32, v: vec4f) -> vec4f {
  if (kind == ACTIVATION_GELU) {
    return vec4f(gelu(v.x), gelu(v.y), gelu(v.z), gelu(v.w));
  }
  if (kind == ACTIVATION_RELU) {
    return max(v, vec4f());
  }
  return v;
}
