// Activation functions, element by element.
const ACTIVATION_NONE = 0u;
const ACTIVATION_GELU = 1u;
const ACTIVATION_RELU = 2u;

// GELU in its erf form, x/2 (1 + erf(x / sqrt 2)), within 9e-8 plus one rounding of the result.
// It is max(x, 0) minus an even term, u/2 erfc(u / sqrt 2) with u = |x|. The term is at most 0.17, so its error does
// not grow with x. It is u r^5, where r falls so slowly that a polynomial of degree 8 is enough, and neither a division
// nor an exponential is needed: r is fitted to (erfc / 2)^(1/5) for the least error of the term (2.3e-8 in exact
// arithmetic), and is 0 at 6.2.
fn gelu(x: vec4f) -> vec4f {
  let u = min(abs(x), vec4f(6.2));
  var r = fma(vec4f(-1.657830011936312e-6), u, vec4f(3.211773946532048e-5));
  r = fma(r, u, vec4f(-1.9705384329427034e-4));
  r = fma(r, u, vec4f(6.337616650853306e-5));
  r = fma(r, u, vec4f(2.8008914086967707e-3));
  r = fma(r, u, vec4f(2.008184092119336e-3));
  r = fma(r, u, vec4f(-4.4365305453538895e-2));
  r = fma(r, u, vec4f(-1.3891510665416718e-1));
  r = fma(r, u, vec4f(8.705503344535828e-1));
  let square = r * r;
  return max(x, vec4f()) - u * r * (square * square);
}

fn activate(kind: u32, v: vec4f) -> vec4f {
  if (kind == ACTIVATION_GELU) {
    return gelu(v);
  }
  if (kind == ACTIVATION_RELU) {
    return max(v, vec4f());
  }
  return v;
}
