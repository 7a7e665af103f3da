// attention for GPUs, for many queries: y = softmax(scale q kT + bias) v, with online softmax over tiles of 32 keys.
// A workgroup of 8 x 8 threads owns 64 queries of one head. Thread (ty, tx) owns queries ty, ty + 8, ... In each tile
// it computes the logits of keys tx, tx + 8, tx + 16 and tx + 24, then the features in vec4s tx, tx + 8 and tx + 16. So
// a vec4 from workgroup memory serves more than ten multiply-adds.
//
// Workgroup memory holds four vec4s of the head of q and k at a time, and after that the weights and values of half a
// tile: 8 KiB with heads of up to 64 features, 10 KiB with 80, the most that a head may have.
// Takes: queryCode, BIASED, keyCode, biasOf (attention/bias.*.wgsl).
// Takes: queryVec, keyVec, valueVec, storeVec (attention/operands.*.wgsl).
// Takes: rowOf, LOWEST, selfKey, LOG2E, params.queries, params.fillRow, params.firstHead (attention/params.wgsl).
// Takes: params.headDim, params.vecs, params.fromQ, params.scale, params.selfK, params.selfV (attention/params.wgsl).
// Takes: params.keys, params.fromK, params.fromV (attention/params.wgsl).
override chunks: u32; // of four vec4s in a head
override slots: u32 = (chunks + 1u) / 2u; // vec4s of a head that a thread owns

const SIDE = 8u;
const QUERIES = 64u;
const KEYS = 32u;
const CHUNK = 4u; // vec4s
const HALF = 16u; // keys of half a tile

// A piece has a vec4 for each ty or each tx. Which piece a thread reads is known when the program is compiled, so that
// the check of its index within the piece is the same for many pieces.
// First q as [vec4 of the chunk][query / 8], from KEYS_AT on k as [vec4 of the chunk][key / 8].
// Then maxima as [four queries][ty], a vec4 for each tx.
// Then weights of the values before normalization, [key][four queries], from VALUES_AT on v as [key][slot].
var<workgroup> staged: array<array<vec4f, 8>, VALUES_AT + HALF * slots>;

const KEYS_AT = CHUNK * QUERIES / SIDE;
const VALUES_AT = 32u;

// Returns the row of a query. Tokens outside the grid or after the last query get an arbitrary row: their results are
// not stored.
fn queryRow(group: u32, token: u32) -> u32 {
  let row = rowOf(group, min(token, params.queries - 1u), params.queries);
  return select(row, 0u, row == params.fillRow);
}

// Where vec4 `i` of the chunk of a token lies in its piece: neighboring threads store to different banks.
fn lane(i: u32, token: u32) -> u32 {
  return (token & 7u) ^ (2u * i);
}

// Numbers of the eight queries of a thread.
struct Eight {
  a: vec4f,
  b: vec4f,
}

fn largest(v: vec4f) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

// Returns the value of the thread whose tx differs in the bits `mask`.
fn exchanged(lid: u32, mask: u32, value: Eight) -> Eight {
  let ty = lid / SIDE;
  workgroupBarrier();
  staged[ty][lid & 7u] = value.a;
  staged[SIDE + ty][lid & 7u] = value.b;
  workgroupBarrier();
  let other = (lid & 7u) ^ mask;
  return Eight(staged[ty][other], staged[SIDE + ty][other]);
}

fn maxOverKeys(lid: u32, own: Eight) -> Eight {
  var found = own;
  for (var mask = 1u; mask < SIDE; mask *= 2u) {
    let other = exchanged(lid, mask, found);
    found = Eight(max(found.a, other.a), max(found.b, other.b));
  }
  return found;
}

// All threads of a ty get the same bits: a + b is b + a.
fn sumOverKeys(lid: u32, own: Eight) -> Eight {
  var sum = own;
  for (var mask = 1u; mask < SIDE; mask *= 2u) {
    let other = exchanged(lid, mask, sum);
    sum = Eight(sum.a + other.a, sum.b + other.b);
  }
  return sum;
}

// Adds a value to the sums of eight queries.
fn addWeighted(sums: ptr<function, array<vec4f, 8>>, weights: Eight, value: vec4f) {
  for (var r = 0u; r < 4u; r++) {
    (*sums)[r] = fma(vec4f(weights.a[r]), value, (*sums)[r]);
    (*sums)[r + 4u] = fma(vec4f(weights.b[r]), value, (*sums)[r + 4u]);
  }
}

fn multiply(sums: ptr<function, array<vec4f, 8>>, factors: Eight) {
  for (var r = 0u; r < 4u; r++) {
    (*sums)[r] *= factors.a[r];
    (*sums)[r + 4u] *= factors.b[r];
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lid: u32) {
  let ty = lid / SIDE;
  let tx = lid & (SIDE - 1u);
  let first = workgroup.x * QUERIES;
  let head = params.firstHead + workgroup.y;
  let group = workgroup.z;
  let offset = head * params.headDim;
  // vec4s of the head that this thread owns. A head may have fewer: what is computed of others is not stored.
  let own = min(vec3u(tx, tx + 8u, tx + 16u), vec3u(params.vecs - 1u));
  // What it stages: every fourth vec4 of queries and keys token, token + 16, ...
  let quad = lid & (CHUNK - 1u);
  let token = lid / CHUNK;
  var rows: array<u32, 4>;
  for (var p = 0u; p < 4u; p++) {
    rows[p] = queryRow(group, first + token + 16u * p);
  }

  var maxLogit = Eight(vec4f(LOWEST), vec4f(LOWEST));
  var sum = Eight(vec4f(), vec4f());
  // Weighted values by query: the features in vec4s own.x, own.y and own.z.
  var a: array<vec4f, 8>;
  var b: array<vec4f, 8>;
  var c: array<vec4f, 8>;
  for (var r = 0u; r < 8u; r++) {
    let query = min(first + ty + SIDE * r, params.queries - 1u);
    let row = queryRow(group, query);
    if (selfKey) {
      var logit = 0.0;
      for (var i = 0u; i < params.vecs; i++) {
        let scaled = queryVec(row, params.fromQ + offset, i) * params.scale;
        logit += dot(scaled, queryVec(row, params.selfK + offset, i));
      }
      if (r < 4u) {
        maxLogit.a[r] = logit;
      } else {
        maxLogit.b[r - 4u] = logit;
      }
      a[r] = queryVec(row, params.selfV + offset, own.x);
      b[r] = queryVec(row, params.selfV + offset, own.y);
      c[r] = queryVec(row, params.selfV + offset, own.z);
    }
  }
  if (selfKey) {
    let once = vec4f(select(0.0, 1.0, tx == 0u));
    sum = Eight(once, once);
  }

  for (var start = 0u; start < params.keys; start += KEYS) {
    // Of the two keys that this thread stages, one from each half of the tile.
    let keyRows = vec2u(
      rowOf(group, min(start + token, params.keys - 1u), params.keys),
      rowOf(group, min(start + HALF + token, params.keys - 1u), params.keys),
    );
    // Logits by query, of keys tx, tx + 8, tx + 16 and tx + 24. Zeros are written out: a bare `var` keeps its last
    // value on some drivers.
    var s = array<vec4f, 8>(vec4f(), vec4f(), vec4f(), vec4f(), vec4f(), vec4f(), vec4f(), vec4f());
    for (var chunk = 0u; chunk < CHUNK * chunks; chunk += CHUNK) {
      workgroupBarrier();
      let at = min(chunk + quad, params.vecs - 1u);
      let isThere = chunk + quad == at;
      for (var p = 0u; p < 4u; p++) {
        let query = queryVec(rows[p], params.fromQ + offset, at) * params.scale;
        staged[quad * SIDE + token / SIDE + 2u * p][lane(quad, token)] = select(vec4f(), query, isThere);
      }
      for (var p = 0u; p < 2u; p++) {
        let key = keyVec(keyRows[p], params.fromK + offset, at);
        staged[KEYS_AT + quad * 4u + token / SIDE + 2u * p][lane(quad, token)] = select(vec4f(), key, isThere);
      }
      workgroupBarrier();
      for (var i = 0u; i < CHUNK; i++) {
        let k0 = staged[KEYS_AT + i * 4u][lane(i, tx)];
        let k1 = staged[KEYS_AT + i * 4u + 1u][lane(i, tx)];
        let k2 = staged[KEYS_AT + i * 4u + 2u][lane(i, tx)];
        let k3 = staged[KEYS_AT + i * 4u + 3u][lane(i, tx)];
        for (var r = 0u; r < 8u; r++) {
          let query = staged[i * SIDE + r][lane(i, ty)];
          s[r] += vec4f(dot(query, k0), dot(query, k1), dot(query, k2), dot(query, k3));
        }
      }
    }
    if (BIASED) {
      let last = params.keys - 1u;
      let k0 = keyCode(min(start + tx, last));
      let k1 = keyCode(min(start + tx + SIDE, last));
      let k2 = keyCode(min(start + tx + 2u * SIDE, last));
      let k3 = keyCode(min(start + tx + 3u * SIDE, last));
      for (var r = 0u; r < 8u; r++) {
        // Computed again for each tile: held, the codes of eight queries would cost a wave its registers.
        let query = min(first + ty + SIDE * r, params.queries - 1u);
        let code = queryCode(head, queryRow(group, query), query);
        let bias = vec4f(
          biasOf(head, code, k0),
          biasOf(head, code, k1),
          biasOf(head, code, k2),
          biasOf(head, code, k3),
        );
        s[r] += bias * LOG2E;
      }
    }
    let inside = vec4u(start + tx) + vec4u(0u, SIDE, 2u * SIDE, 3u * SIDE) < vec4u(params.keys);
    for (var r = 0u; r < 8u; r++) {
      s[r] = select(vec4f(LOWEST), s[r], inside);
    }
    let tileMax = maxOverKeys(
      lid,
      Eight(
        vec4f(largest(s[0]), largest(s[1]), largest(s[2]), largest(s[3])),
        vec4f(largest(s[4]), largest(s[5]), largest(s[6]), largest(s[7])),
      ),
    );
    let newMax = Eight(max(maxLogit.a, tileMax.a), max(maxLogit.b, tileMax.b));
    let rescale = Eight(exp2(maxLogit.a - newMax.a), exp2(maxLogit.b - newMax.b));
    maxLogit = newMax;
    sum.a *= rescale.a;
    sum.b *= rescale.b;
    for (var r = 0u; r < 4u; r++) {
      s[r] = exp2(s[r] - newMax.a[r]);
      s[r + 4u] = exp2(s[r + 4u] - newMax.b[r]);
      sum.a[r] += dot(s[r], vec4f(1.0));
      sum.b[r] += dot(s[r + 4u], vec4f(1.0));
    }
    multiply(&a, rescale);
    multiply(&b, rescale);
    multiply(&c, rescale);
    for (var h = 0u; h < 2u; h++) {
      workgroupBarrier();
      for (var j = 0u; j < 2u; j++) {
        let k = 2u * h + j;
        staged[2u * (tx + SIDE * j)][ty] = vec4f(s[0][k], s[1][k], s[2][k], s[3][k]);
        staged[2u * (tx + SIDE * j) + 1u][ty] = vec4f(s[4][k], s[5][k], s[6][k], s[7][k]);
      }
      for (var m = 0u; m < 2u * slots; m++) {
        let i = CHUNK * m + quad;
        let value = valueVec(keyRows[h], params.fromV + offset, min(i, params.vecs - 1u));
        staged[VALUES_AT + token * slots + i / SIDE][i & 7u] = value;
      }
      workgroupBarrier();
      for (var t = 0u; t < HALF; t++) {
        let weights = Eight(staged[2u * t][ty], staged[2u * t + 1u][ty]);
        let values = VALUES_AT + t * slots;
        addWeighted(&a, weights, staged[values][tx]);
        if (slots > 1u) {
          addWeighted(&b, weights, staged[values + 1u][tx]);
        }
        if (slots > 2u) {
          addWeighted(&c, weights, staged[values + 2u][tx]);
        }
      }
    }
  }

  let total = sumOverKeys(lid, sum);
  for (var r = 0u; r < 8u; r++) {
    let query = first + ty + SIDE * r;
    let row = rowOf(group, min(query, params.queries - 1u), params.queries);
    if (query < params.queries && row != params.fillRow) {
      let scale = 1.0 / select(total.b[r & 3u], total.a[r & 3u], r < 4u);
      if (tx < params.vecs) {
        storeVec(row, head, tx, a[r] * scale);
      }
      if (slots > 1u && tx + 8u < params.vecs) {
        storeVec(row, head, tx + 8u, b[r] * scale);
      }
      if (slots > 2u && tx + 16u < params.vecs) {
        storeVec(row, head, tx + 16u, c[r] * scale);
      }
    }
  }
}
