// Products of eight queries with 32 keys on subgroups of eight lanes. A lane owns four keys. It gets each vec4 of a
// query by broadcast from the lane that loaded it, so that no value is loaded twice.
struct Keys {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
}

// Returns `s` plus the products of a vec4 of a query with the same vec4 of the lane's four keys.
fn scores(q: vec4f, k: Keys, s: vec4f) -> vec4f {
  var t = fma(vec4f(q.x), vec4f(k.a.x, k.b.x, k.c.x, k.d.x), s);
  t = fma(vec4f(q.y), vec4f(k.a.y, k.b.y, k.c.y, k.d.y), t);
  t = fma(vec4f(q.z), vec4f(k.a.z, k.b.z, k.c.z, k.d.z), t);
  return fma(vec4f(q.w), vec4f(k.a.w, k.b.w, k.c.w, k.d.w), t);
}
