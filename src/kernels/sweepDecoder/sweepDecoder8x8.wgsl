// sweepDecoder for GPUs and heads of 32 features; params.wgsl says what it computes.
// A workgroup of 8 x 16 threads owns 64 queries. In a linear layer it computes 64 x 128 results at a time, columns of
// two panels: thread (ty, tx) owns queries ty, ty + 8, ... and columns 4 tx .. 4 tx + 3 of both panels. So a vec4 from
// workgroup memory serves 16 multiply-adds. Each step stages 16 terms. In attention a thread owns half of the features
// of two queries of one head, and the workgroup two heads at a time; eight seen tokens are staged. It takes 12 KiB of
// workgroup memory.
//
// What a query becomes depends on nothing but the query: its sums are added in one order, wherever it is in the tile.
// Takes: slabStride, Layer, PANEL, padded, LOWEST, params.quads, params.eps, params.heads (sweepDecoder/params.wgsl).
// Takes: params.vecs, params.scale, params.seen (sweepDecoder/params.wgsl).
// Takes: slab, weights, seen, finish (sweepDecoder/blocks.wgsl); rank4 (shared/gemm/rank4.wgsl).
// Takes: loaded, stored (shared/elements.f*.wgsl).
const ROW_SIDE = 8u;
const COLUMN_SIDE = 16u;
const THREADS = 128u;
const OWN = 8u; // queries and columns of a thread
const STEP = 4u; // vec4s of terms of a step
const VECS = 8u; // vec4s of a head
const HALF_VECS = 4u;
const GROUP = 2u; // heads at a time
const TOKENS = 8u; // staged seen tokens
const AT_ONCE = 4u; // of them, whose logits a thread holds

// Pieces of 16 vec4s. Which piece a thread reads is known when the program is compiled, so that the check of its index
// within the piece is the same for many pieces.
// In a linear layer first weights as [term][panel][tx], from SOURCES_AT on terms of the queries as [vec4 of terms]
// [query / 8][ty]. In attention [token][head], a key and a value each, from LOGITS_AT on logits as [two tokens]
// [thread]. In a norm sums as [four queries][ty][tx].
var<workgroup> staged: array<array<vec4f, COLUMN_SIDE>, 48>;
const SOURCES_AT = 32u;
const LOGITS_AT = 16u;

// The sums of a thread: queries by four columns of the left and of the right panel.
var<private> left: array<vec4f, OWN>;
var<private> right: array<vec4f, OWN>;

// Returns the lane of a query in its piece, which holds 16 queries. Neighboring threads store to different banks.
fn sourceLane(quad: u32, i: u32, y: u32) -> u32 {
  return (i & 1u) * ROW_SIDE + (y ^ (2u * quad));
}

// Returns the piece of queries 8 i .. 8 i + 7.
fn sourcePiece(quad: u32, i: u32) -> u32 {
  return SOURCES_AT + (quad * OWN + i) / 2u;
}

// Adds the terms of a staged vec4. It is called with literals, so that pieces are known when it is compiled.
fn addQuad(quad: u32, tx: u32, ty: u32) {
  let term = 8u * quad;
  let l0 = staged[term][tx];
  let r0 = staged[term + 1u][tx];
  let l1 = staged[term + 2u][tx];
  let r1 = staged[term + 3u][tx];
  let l2 = staged[term + 4u][tx];
  let r2 = staged[term + 5u][tx];
  let l3 = staged[term + 6u][tx];
  let r3 = staged[term + 7u][tx];
  for (var i = 0u; i < OWN; i++) {
    let a = staged[sourcePiece(quad, i)][sourceLane(quad, i, ty)];
    left[i] = rank4(left[i], a, l0, l1, l2, l3);
    right[i] = rank4(right[i], a, r0, r1, r2, r3);
  }
}

fn project(kind: u32, layer: Layer, lid: u32) {
  let stride = slabStride();
  let ty = lid / COLUMN_SIDE;
  let tx = lid % COLUMN_SIDE;
  let panels = padded(layer.columns) / PANEL;
  // What this thread stages: a vec4 of two queries, and of the same term of each vec4 in one panel.
  let quad = lid % STEP;
  let query = lid / STEP;
  let source = layer.source + query * stride;
  let lane = sourceLane(quad, query / ROW_SIDE, query % ROW_SIDE);
  let piece = sourcePiece(quad, query / ROW_SIDE);
  let term = lid / (2u * COLUMN_SIDE);
  let half = lid / COLUMN_SIDE % 2u;
  for (var panel = 0u; panel < panels; panel += 2u) {
    let column = panel * PANEL / 4u + tx;
    let isPair = panel + 1u < panels;
    let biasLeft = loaded(weights[layer.bias + column]);
    let biasRight = loaded(weights[layer.bias + column + select(0u, COLUMN_SIDE, isPair)]);
    for (var i = 0u; i < OWN; i++) {
      left[i] = biasLeft;
      right[i] = biasRight;
    }
    // Instead of a panel after the last one, the last is read again, and its results are not stored.
    let own = panel + select(0u, half, isPair);
    let panelAt = layer.panels + own * PANEL * layer.inner + term * COLUMN_SIDE + tx;
    for (var first = 0u; first < layer.inner; first += STEP) {
      // Terms after the end are zeros in the queries.
      let at = min(first + quad, layer.inner - 1u);
      let inside = first + quad == at;
      let a0 = select(vec4f(), loaded(slab[source + at]), inside);
      let a1 = select(vec4f(), loaded(slab[source + 32u * stride + at]), inside);
      let last = layer.inner - 1u;
      let w0 = loaded(weights[panelAt + PANEL * first]);
      let w1 = loaded(weights[panelAt + PANEL * min(first + 1u, last)]);
      let w2 = loaded(weights[panelAt + PANEL * min(first + 2u, last)]);
      let w3 = loaded(weights[panelAt + PANEL * min(first + 3u, last)]);
      workgroupBarrier();
      staged[piece][lane] = a0;
      staged[piece + 2u][lane] = a1;
      staged[2u * term + half][tx] = w0;
      staged[2u * term + half + 8u][tx] = w1;
      staged[2u * term + half + 16u][tx] = w2;
      staged[2u * term + half + 24u][tx] = w3;
      workgroupBarrier();
      addQuad(0u, tx, ty);
      addQuad(1u, tx, ty);
      addQuad(2u, tx, ty);
      addQuad(3u, tx, ty);
    }
    let to = layer.destination + ty * stride + column;
    for (var i = 0u; i < OWN; i++) {
      if (4u * column < layer.columns) {
        finish(kind, to + i * ROW_SIDE * stride, left[i]);
      }
      if (4u * (column + COLUMN_SIDE) < layer.columns) {
        finish(kind, to + i * ROW_SIDE * stride + COLUMN_SIDE, right[i]);
      }
    }
  }
}

// Returns the sum over the 16 threads of a ty of each number: those of queries ty, ty + 8, ...
fn sumOverColumns(lid: u32, own: array<f32, OWN>) -> array<f32, OWN> {
  let ty = lid / COLUMN_SIDE;
  workgroupBarrier();
  staged[ty][lid % COLUMN_SIDE] = vec4f(own[0], own[1], own[2], own[3]);
  staged[ROW_SIDE + ty][lid % COLUMN_SIDE] = vec4f(own[4], own[5], own[6], own[7]);
  workgroupBarrier();
  var a = vec4f();
  var b = vec4f();
  for (var tx = 0u; tx < COLUMN_SIDE; tx++) {
    a += staged[ty][tx];
    b += staged[ROW_SIDE + ty][tx];
  }
  return array<f32, OWN>(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w);
}

// a = norm(x), with gamma at `gamma` in the weights and beta behind it. Variance in a second pass.
fn layerNorm(tile: u32, gamma: u32, lid: u32) {
  let tx = lid % COLUMN_SIDE;
  let x = tile + lid / COLUMN_SIDE * slabStride();
  let next = ROW_SIDE * slabStride();
  let count = f32(4u * params.quads);
  var sums: array<f32, OWN>;
  for (var i = 0u; i < OWN; i++) {
    var sum = vec4f();
    for (var c = tx; c < params.quads; c += COLUMN_SIDE) {
      sum += loaded(slab[x + i * next + c]);
    }
    sums[i] = dot(sum, vec4f(1.0));
  }
  let means = sumOverColumns(lid, sums);
  for (var i = 0u; i < OWN; i++) {
    let mean = means[i] / count;
    var squares = vec4f();
    for (var c = tx; c < params.quads; c += COLUMN_SIDE) {
      let d = loaded(slab[x + i * next + c]) - mean;
      squares = fma(d, d, squares);
    }
    sums[i] = dot(squares, vec4f(1.0));
  }
  let variances = sumOverColumns(lid, sums);
  for (var i = 0u; i < OWN; i++) {
    let mean = means[i] / count;
    let scale = 1.0 / sqrt(variances[i] / count + params.eps);
    for (var c = tx; c < params.quads; c += COLUMN_SIDE) {
      let at = x + i * next + c;
      let normalized = (loaded(slab[at]) - mean) * scale;
      let beta = loaded(weights[gamma + params.quads + c]);
      slab[at + params.quads] = stored(fma(normalized, loaded(weights[gamma + c]), beta));
    }
  }
}

// Half of the features of one query in an online softmax over keys: the scaled query and the weighted sum of values,
// and of the whole query the largest logit and the sum of weights.
struct Running {
  q: array<vec4f, HALF_VECS>,
  y: array<vec4f, HALF_VECS>,
  maxLogit: f32,
  sum: f32,
}

// It starts with the query's own key and value. `query` is where the query's head lies in b, `half` the half.
fn begin(query: u32, half: u32) -> Running {
  var r: Running;
  r.maxLogit = 0.0;
  r.sum = 1.0;
  // The end is not a constant: unrolled, the loads would take the registers of two waves.
  for (var i = 0u; i < params.vecs; i++) {
    r.maxLogit += dot(loaded(slab[query + i]) * params.scale, loaded(slab[query + params.quads + i]));
  }
  for (var i = 0u; i < HALF_VECS; i++) {
    let at = query + half * HALF_VECS + i;
    r.q[i] = loaded(slab[at]) * params.scale;
    r.y[i] = loaded(slab[at + 2u * params.quads]);
  }
  return r;
}

// Stores the half in a.
fn end(query: u32, half: u32, r: Running) {
  for (var i = 0u; i < HALF_VECS; i++) {
    slab[query - params.quads + half * HALF_VECS + i] = stored(r.y[i] / r.sum);
  }
}

// Adds staged tokens from `first` on to two queries, where the first `count` exist. Each vec4 of a key or a value is
// loaded once for both.
fn addTokens(first: u32, a: ptr<function, Running>, b: ptr<function, Running>, lid: u32, count: u32) {
  let head = lid / 64u;
  let half = lid % 2u * HALF_VECS;
  var logits: array<vec2f, AT_ONCE>;
  for (var t = 0u; t < AT_ONCE; t++) {
    for (var i = 0u; i < HALF_VECS; i++) {
      let key = staged[(first + t) * GROUP + head][half + i];
      logits[t] += vec2f(dot((*a).q[i], key), dot((*b).q[i], key));
    }
  }
  // The other half of each logit is its neighbor's.
  let place = LOGITS_AT + first * ROW_SIDE / 2u + lid / COLUMN_SIDE;
  for (var t = 0u; t < AT_ONCE; t += 2u) {
    staged[place + t * ROW_SIDE / 2u][lid % COLUMN_SIDE] = vec4f(logits[t], logits[t + 1u]);
  }
  workgroupBarrier();
  var newMax = vec2f((*a).maxLogit, (*b).maxLogit);
  for (var t = 0u; t < AT_ONCE; t += 2u) {
    let other = staged[place + t * ROW_SIDE / 2u][(lid % COLUMN_SIDE) ^ 1u];
    logits[t] = select(vec2f(LOWEST), logits[t] + other.xy, first + t < count);
    logits[t + 1u] = select(vec2f(LOWEST), logits[t + 1u] + other.zw, first + t + 1u < count);
    newMax = max(newMax, max(logits[t], logits[t + 1u]));
  }
  let rescale = exp2(vec2f((*a).maxLogit, (*b).maxLogit) - newMax);
  (*a).maxLogit = newMax.x;
  (*b).maxLogit = newMax.y;
  (*a).sum *= rescale.x;
  (*b).sum *= rescale.y;
  for (var i = 0u; i < HALF_VECS; i++) {
    (*a).y[i] *= rescale.x;
    (*b).y[i] *= rescale.y;
  }
  for (var t = 0u; t < AT_ONCE; t++) {
    let weight = exp2(logits[t] - newMax);
    (*a).sum += weight.x;
    (*b).sum += weight.y;
    for (var i = 0u; i < HALF_VECS; i++) {
      let value = staged[(first + t) * GROUP + head][VECS + half + i];
      (*a).y[i] = fma(vec4f(weight.x), value, (*a).y[i]);
      (*b).y[i] = fma(vec4f(weight.y), value, (*b).y[i]);
    }
  }
}

// a = softmax(q kT) v over the seen tokens and the query itself; q, k and v of the queries are in b.
fn attend(block: u32, tile: u32, lid: u32) {
  let tokenStride = 3u * params.quads;
  let half = lid % 2u;
  let row = tile + lid / 2u % 32u * slabStride() + 2u * params.quads;
  // What this thread stages: a vec4 of a key or a value of every fourth token.
  let token = lid / 32u;
  let part = lid % COLUMN_SIDE;
  let staging = lid / COLUMN_SIDE;
  let column = (1u + part / VECS) * params.quads + part % VECS;
  let last = params.seen - 1u;
  for (var firstHead = 0u; firstHead < params.heads; firstHead += GROUP) {
    // Instead of a head after the last one, the last is computed again.
    let query = row + min(firstHead + lid / 64u, params.heads - 1u) * VECS;
    let at = block * params.seen * tokenStride + column + min(firstHead + staging % GROUP, params.heads - 1u) * VECS;
    var a = begin(query, half);
    var b = begin(query + 32u * slabStride(), half);
    for (var start = 0u; start < params.seen; start += TOKENS) {
      let s0 = loaded(seen[at + min(start + token, last) * tokenStride]);
      let s1 = loaded(seen[at + min(start + token + 4u, last) * tokenStride]);
      workgroupBarrier();
      staged[staging][part] = s0;
      staged[staging + 8u][part] = s1;
      workgroupBarrier();
      addTokens(0u, &a, &b, lid, params.seen - start);
      addTokens(AT_ONCE, &a, &b, lid, params.seen - start);
    }
    end(query, half, a);
    end(query + 32u * slabStride(), half, b);
  }
}
