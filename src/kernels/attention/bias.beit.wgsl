// BEiT's bias: table [(2h - 1)(2w - 1) + 3, heads], a row per relative position. Token 0 is the class token; the last
// three rows are for the class token as the query, as the key, and as both. For two patches, the query's code minus the
// key's code is the row.
// Takes: biasAt (the kernel); params.biasHeight, params.biasWidth, params.heads (attention/params.wgsl).
const BIASED = true;
const CLASS = 0xffffffffu;

fn queryCode(head: u32, row: u32, token: u32) -> vec2u {
  if (token == 0u) {
    return vec2u(CLASS);
  }
  let h = params.biasHeight;
  let w = params.biasWidth;
  let y = (token - 1u) / w;
  let x = (token - 1u) % w;
  return vec2u((y + h - 1u) * (2u * w - 1u) + x + w - 1u);
}

fn keyCode(token: u32) -> vec2u {
  if (token == 0u) {
    return vec2u(CLASS);
  }
  let w = params.biasWidth;
  return vec2u((token - 1u) / w * (2u * w - 1u) + (token - 1u) % w);
}

fn biasOf(head: u32, query: vec2u, key: vec2u) -> f32 {
  let pairs = (2u * params.biasHeight - 1u) * (2u * params.biasWidth - 1u);
  let fromClass = select(pairs, pairs + 2u, key.x == CLASS);
  let toClass = select(query.x - key.x, pairs + 1u, key.x == CLASS);
  return biasAt(select(toClass, fromClass, query.x == CLASS) * params.heads + head);
}
