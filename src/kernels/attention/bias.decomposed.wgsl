// SAM's bias: q . Rh[yq - yk + h - 1] + q . Rw[xq - xk + w - 1]. The kernel relativeTerms has computed the products,
// terms [rows, heads, h' + w'] by yk and then by xk; h' and w' are h and w rounded up to multiples of four. So the bias
// of a query and a key costs two loads.
// Takes: biasAt (the kernel); params.biasHeight, params.heads, params.biasWidth (attention/params.wgsl).
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
