// pointAttention: the class token's attention over a window of points, from coordinates alone. pointAttention.ts
// explains the tables. One thread per window and head, three passes over its tokens: maximum, sum, results.
//   points [side, side, 3] · valid [side, side] u32 · spread [states + 2, 4] · scores [states + 3, heads]
//   -> y [windows, heads, 3 + states]
// Takes: workgroupIndex (shared/grid.wgsl); expAccurate (shared/math.wgsl).
struct Params {
  total: u32, // windows * heads
  side: u32,
  window: u32,
  heads: u32,
  eps: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> valid: array<u32>;
@group(0) @binding(3) var<storage, read> spread: array<vec4f>;
@group(0) @binding(4) var<storage, read> scores: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

struct Token {
  state: u32, // 0 for the class token, then places with a point, then places without one
  p: vec3f,
  scale: f32, // 1 / deviation
  logit: f32,
}

fn tokenOf(window: u32, n: u32, head: u32) -> Token {
  let inWindow = params.window * params.window;
  let states = 1u + 2u * inWindow;
  var token = Token(0u, vec3f(), 0.0, 0.0);
  if (n > 0u) {
    let across = params.side / params.window;
    let row = window / across * params.window + (n - 1u) / params.window;
    let at = row * params.side + window % across * params.window + (n - 1u) % params.window;
    token.state = n + inWindow;
    if (valid[at] != 0u) {
      token.state = n;
      token.p = vec3f(points[3u * at], points[3u * at + 1u], points[3u * at + 2u]);
    }
  }
  let p = token.p;
  let own = spread[token.state];
  let squares = dot(p * p, spread[states].xyz);
  let products = dot(vec3f(p.x * p.y, p.x * p.z, p.y * p.z), spread[states + 1u].xyz);
  // Rounding may make a variance near 0 negative.
  let variance = max(own.w + dot(p, own.xyz) + squares + products, 0.0);
  token.scale = 1.0 / sqrt(variance + params.eps);
  let slopes = vec3f(
    scores[states * params.heads + head],
    scores[(states + 1u) * params.heads + head],
    scores[(states + 2u) * params.heads + head],
  );
  token.logit = token.scale * (scores[token.state * params.heads + head] + dot(p, slopes));
  return token;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.total) {
    return;
  }
  let head = i % params.heads;
  let window = i / params.heads;
  let tokens = 1u + params.window * params.window;
  let width = 3u + 2u * tokens - 1u;
  var maxLogit = tokenOf(window, 0u, head).logit;
  for (var n = 1u; n < tokens; n++) {
    maxLogit = max(maxLogit, tokenOf(window, n, head).logit);
  }
  var sum = 0.0;
  for (var n = 0u; n < tokens; n++) {
    sum += expAccurate(vec4f(tokenOf(window, n, head).logit - maxLogit)).x;
  }
  for (var c = 0u; c < width; c++) {
    y[i * width + c] = 0.0;
  }
  var mean = vec3f();
  for (var n = 0u; n < tokens; n++) {
    let token = tokenOf(window, n, head);
    let weight = expAccurate(vec4f(token.logit - maxLogit)).x / sum * token.scale;
    mean += weight * token.p;
    y[i * width + 3u + token.state] = weight;
  }
  y[i * width] = mean.x;
  y[i * width + 1u] = mean.y;
  y[i * width + 2u] = mean.z;
}
