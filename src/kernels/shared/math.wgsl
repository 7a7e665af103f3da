// Elementary functions to float32 accuracy. WGSL allows far larger errors: 2^-11 for sin and cos, and for exp and log
// what the driver's approximation gives. Each function reduces the range in two or three parts, then takes a
// polynomial.

const LN2_HIGH = 0.693359375; // few bits, so that a product with an integer is exact
const LN2_LOW = -2.12194440e-4; // LN2_HIGH + LN2_LOW = ln 2

// 2^n for integers n in [-126, 127].
fn powerOfTwo(n: vec4i) -> vec4f {
  return bitcast<vec4f>((n + 127) << vec4u(23u));
}

// exp(x): relative error about 1e-7; exactly 0 below -105, the largest finite number above 88.72.
fn expAccurate(x: vec4f) -> vec4f {
  let t = clamp(x, vec4f(-110.0), vec4f(88.72));
  let n = round(t * 1.44269504);
  // The multiple as two values: compilers combine n a + n b into n (a + b), which would undo the splitting of ln 2.
  let k = vec4i(n);
  let r = fma(vec4f(k), vec4f(-LN2_LOW), fma(n, vec4f(-LN2_HIGH), t));
  var p = fma(vec4f(1.9875691500e-4), r, vec4f(1.3981999507e-3));
  p = fma(p, r, vec4f(8.3334519073e-3));
  p = fma(p, r, vec4f(4.1665795894e-2));
  p = fma(p, r, vec4f(1.6666665459e-1));
  p = fma(p, r, vec4f(5.0000001201e-1));
  p = fma(p, r * r, r) + 1.0;
  // Two factors: 2^128 and 2^-149 are no float32 normals.
  let half = k / 2;
  return p * powerOfTwo(half) * powerOfTwo(k - half);
}

// log(x) for normal x > 0: error about 1e-7 relative to max(|log x|, |x - 1|).
fn logAccurate(x: vec4f) -> vec4f {
  let bits = bitcast<vec4i>(x);
  // m = 1 + f in [sqrt(1/2), sqrt(2)) and x = m 2^e
  let e = (bits - 0x3f3504f3) >> vec4u(23u);
  let f = bitcast<vec4f>(bits - (e << vec4u(23u))) - 1.0;
  var p = fma(vec4f(7.0376836292e-2), f, vec4f(-1.1514610310e-1));
  p = fma(p, f, vec4f(1.1676998740e-1));
  p = fma(p, f, vec4f(-1.2420140846e-1));
  p = fma(p, f, vec4f(1.4249322787e-1));
  p = fma(p, f, vec4f(-1.6668057665e-1));
  p = fma(p, f, vec4f(2.0000714765e-1));
  p = fma(p, f, vec4f(-2.4999993993e-1));
  p = fma(p, f, vec4f(3.3333331174e-1));
  let exponent = vec4f(e);
  let square = f * f;
  let small = fma(vec4f(-0.5), square, fma(exponent, vec4f(LN2_LOW), p * f * square));
  return fma(exponent, vec4f(LN2_HIGH), f + small);
}

// log(1 + e) for e in [0, 1], by 2 artanh(e / (2 + e)): no cancellation for small e.
fn log1pOfUnit(e: vec4f) -> vec4f {
  let s = e / (2.0 + e);
  let z = s * s;
  var p = fma(vec4f(1.0 / 15.0), z, vec4f(1.0 / 13.0));
  p = fma(p, z, vec4f(1.0 / 11.0));
  p = fma(p, z, vec4f(1.0 / 9.0));
  p = fma(p, z, vec4f(1.0 / 7.0));
  p = fma(p, z, vec4f(1.0 / 5.0));
  p = fma(p, z, vec4f(1.0 / 3.0));
  return 2.0 * fma(p * z, s, s);
}

// sin(x + quarters pi/2) for |x| < 8192: absolute error about 1e-7.
fn sinAccurate(x: vec4f, quarters: i32) -> vec4f {
  let n = round(x * 0.636619772);
  let k = vec4i(n);
  // pi/2 in three parts of few bits each; the multiple as two values, as in expAccurate
  let r = fma(n, vec4f(-7.54978995489e-8), fma(vec4f(k), vec4f(-4.83751296997e-4), fma(n, vec4f(-1.5703125), x)));
  let z = r * r;
  let sine = fma(fma(fma(vec4f(-1.9515295891e-4), z, vec4f(8.3321608736e-3)), z, vec4f(-1.6666654611e-1)), z * r, r);
  let even = fma(fma(vec4f(2.44331571181e-5), z, vec4f(-1.38873162549e-3)), z, vec4f(4.16666456830e-2));
  let cosine = fma(even, z * z, fma(vec4f(-0.5), z, vec4f(1.0)));
  let quadrant = k + quarters;
  let value = select(sine, cosine, (quadrant & vec4i(1)) == vec4i(1));
  return select(value, -value, (quadrant & vec4i(2)) == vec4i(2));
}

// 1 / (1 + exp(-x)): relative error small for either sign.
fn sigmoidAccurate(x: vec4f) -> vec4f {
  let e = expAccurate(-abs(x));
  return select(e, vec4f(1.0), x >= vec4f(0.0)) / (1.0 + e);
}

// log(1 + exp(x)).
fn softplusAccurate(x: vec4f) -> vec4f {
  return max(x, vec4f(0.0)) + log1pOfUnit(expAccurate(-abs(x)));
}
