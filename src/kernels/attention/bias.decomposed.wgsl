// SAM: q . Rh[yq - yk + h - 1] + q . Rw[xq - xk + w - 1]. The products are ready in terms [rows, heads, 2h - 1 + 2w - 1]
// (relativeTerms), so a pair costs two loads. The code of a query holds the places for yk = 0 and xk = 0.
const BIASED = true;

fn queryCode(head: u32, row: u32, token: u32) -> vec2u {
  let h = params.biasHeight;
  let w = params.biasWidth;
  let rows = 2u * h - 1u;
  let base = (row * params.heads + head) * (rows + 2u * w - 1u);
  return vec2u(base + token / w + h - 1u, base + rows + token % w + w - 1u);
}

fn keyCode(token: u32) -> vec2u {
  return vec2u(token / params.biasWidth, token % params.biasWidth);
}

fn biasOf(head: u32, query: vec2u, key: vec2u) -> f32 {
  return biasAt(query.x - key.x) + biasAt(query.y - key.y);
}
