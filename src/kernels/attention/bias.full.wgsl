// A full bias [heads, N, M]: a number per head, query and key.
// Takes: biasAt (the kernel); params.queries, params.keys (attention/params.wgsl).
const BIASED = true;

fn queryCode(head: u32, row: u32, token: u32) -> vec2u {
  return vec2u((head * params.queries + token) * params.keys, 0u);
}

fn keyCode(token: u32) -> vec2u {
  return vec2u(token, 0u);
}

fn biasOf(head: u32, query: vec2u, key: vec2u) -> f32 {
  return biasAt(query.x + key.x);
}
