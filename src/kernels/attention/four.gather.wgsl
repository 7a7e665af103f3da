// Bias of a query with a lane's four keys, looked up one by one.
// Takes: keyCode, biasOf (attention/bias.*.wgsl).
struct FourKeys {
  a: vec2u,
  b: vec2u,
  c: vec2u,
  d: vec2u,
}

fn fourKeys(slot: vec4u, token: vec4u) -> FourKeys {
  return FourKeys(keyCode(token.x), keyCode(token.y), keyCode(token.z), keyCode(token.w));
}

fn biasOfFour(head: u32, query: vec2u, keys: FourKeys) -> vec4f {
  return vec4f(
    biasOf(head, query, keys.a),
    biasOf(head, query, keys.b),
    biasOf(head, query, keys.c),
    biasOf(head, query, keys.d),
  );
}
