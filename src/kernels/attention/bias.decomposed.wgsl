// SAM: q . Rh[yq - yk + h - 1] + q . Rw[xq - xk + w - 1]. The products are ready in terms [rows, heads, h' + w']
// (relativeTerms), by yk and xk, h' and w' being h and w rounded up to multiples of four: a pair costs two loads.
const BIASED = true;

fn roundedUp(n: u32) -> u32 {
  return (n + 3u) & ~3u;
}

fn queryCode(head: u32, row: u32, token: u32) -> vec2u {
  let rows = roundedUp(params.biasHeight);
  let base = (row * params.heads + head) * (rows + roundedUp(params.biasWidth));
  return vec2u(base, base + rows);
}

fn keyCode(token: u32) -> vec2u {
  return vec2u(token / params.biasWidth, token % params.biasWidth);
}

fn biasOf(head: u32, query: vec2u, key: vec2u) -> f32 {
  return biasAt(query.x + key.x) + biasAt(query.y + key.y);
}
