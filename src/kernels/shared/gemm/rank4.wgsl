// Adds four terms of the reduction to one row of a product: sum += a.x * b0 + a.y * b1 + a.z * b2 + a.w * b3.
fn rank4(sum: vec4f, a: vec4f, b0: vec4f, b1: vec4f, b2: vec4f, b3: vec4f) -> vec4f {
  return fma(vec4f(a.w), b3, fma(vec4f(a.z), b2, fma(vec4f(a.y), b1, fma(vec4f(a.x), b0, sum))));
}
