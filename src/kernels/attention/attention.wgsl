// attention for GPUs: y = softmax(scale q kT + bias) v, with online softmax over tiles of 32 keys.
// A workgroup of 8 x 8 threads owns 32 queries of one head. Thread (ty, tx) owns queries 4 ty .. 4 ty + 3. In each tile
// it computes the logits of keys tx, tx + 8, tx + 16 and tx + 24, then the features in vec4s tx, tx + 8 and tx + 16.
// Workgroup memory holds eight vec4s of the head of q and k at a time, and all of v: a head may have up to 80 features.
// Takes: queryCode, BIASED, keyCode, biasOf (attention/bias.*.wgsl).
// Takes: queryVec, keyVec, valueVec, storeVec (attention/operands.*.wgsl).
// Takes: rowOf, LOWEST, selfKey, LOG2E, params.queries, params.fillRow, params.firstHead (attention/params.wgsl).
// Takes: params.headDim, params.vecs, params.fromQ, params.scale, params.selfK, params.selfV (attention/params.wgsl).
// Takes: params.keys, params.fromK, params.fromV (attention/params.wgsl).
const SIDE = 8u;
const TILE = 32u;
const CHUNK = 8u; // vec4s

// Queries as [vec4 of the chunk][query], then keys in the same layout; later values as [key][vec4 of the head].
var<workgroup> staged: array<vec4f, 640>;
// Exponentials of the tile's logits, [key][four queries]: the weights of the values before normalization.
var<workgroup> exps: array<vec4f, 256>;
// One vec4 per thread, for sums and maxima over tx.
var<workgroup> partial: array<vec4f, 64>;

// Returns the row of a query. Tokens outside the grid or after the last query get an arbitrary row: their results are
// not stored.
fn queryRow(group: u32, token: u32) -> u32 {
  let row = rowOf(group, min(token, params.queries - 1u), params.queries);
  return select(row, 0u, row == params.fillRow);
}

fn maxOverKeys(lid: u32, value: vec4f) -> vec4f {
  partial[lid] = value;
  workgroupBarrier();
  let base = lid & ~7u;
  var largest = partial[base];
  for (var i = 1u; i < SIDE; i++) {
    largest = max(largest, partial[base + i]);
  }
  return largest;
}

fn sumOverKeys(lid: u32, value: vec4f) -> vec4f {
  partial[lid] = value;
  workgroupBarrier();
  let base = lid & ~7u;
  var sum = vec4f();
  for (var i = 0u; i < SIDE; i++) {
    sum += partial[base + i];
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lid: u32) {
  let ty = lid / SIDE;
  let tx = lid % SIDE;
  let first = workgroup.x * TILE;
  let head = params.firstHead + workgroup.y;
  let group = workgroup.z;
  let offset = head * params.headDim;

  var codes: array<vec2u, 4>;
  for (var r = 0u; r < 4u; r++) {
    let token = min(first + 4u * ty + r, params.queries - 1u);
    codes[r] = queryCode(head, queryRow(group, token), token);
  }

  var maxLogit = vec4f(LOWEST);
  var sum = vec4f();
  // Weighted values of queries 4 ty + r: the features in vec4s tx (a), tx + 8 (b) and tx + 16 (c) of the head.
  var a: array<vec4f, 4>;
  var b: array<vec4f, 4>;
  var c: array<vec4f, 4>;
  if (selfKey) {
    if (lid < TILE) {
      let row = queryRow(group, first + lid);
      var logit = 0.0;
      for (var i = 0u; i < params.vecs; i++) {
        let scaled = queryVec(row, params.fromQ + offset, i) * params.scale;
        logit += dot(scaled, queryVec(row, params.selfK + offset, i));
      }
      exps[lid] = vec4f(logit);
    }
    for (var i = lid; i < TILE * params.vecs; i += 64u) {
      staged[i] = queryVec(queryRow(group, first + i / params.vecs), params.selfV + offset, i % params.vecs);
    }
    workgroupBarrier();
    sum = vec4f(select(0.0, 1.0, tx == 0u));
    for (var r = 0u; r < 4u; r++) {
      let own = (4u * ty + r) * params.vecs;
      maxLogit[r] = exps[4u * ty + r].x;
      a[r] = staged[own + min(tx, params.vecs - 1u)];
      b[r] = staged[own + min(tx + 8u, params.vecs - 1u)];
      c[r] = staged[own + min(tx + 16u, params.vecs - 1u)];
    }
  }

  for (var start = 0u; start < params.keys; start += TILE) {
    // Logits of key tx + 8 j, by query. Zeros are written out: a bare `var` keeps its last value on some drivers.
    var s = array<vec4f, 4>(vec4f(), vec4f(), vec4f(), vec4f());
    for (var chunk = 0u; chunk < params.vecs; chunk += CHUNK) {
      workgroupBarrier();
      for (var i = lid; i < CHUNK * TILE; i += 64u) {
        let at = chunk + i / TILE;
        let keyToken = min(start + i % TILE, params.keys - 1u);
        var query = vec4f();
        var key = vec4f();
        if (at < params.vecs) {
          query = queryVec(queryRow(group, first + i % TILE), params.fromQ + offset, at) * params.scale;
          key = keyVec(rowOf(group, keyToken, params.keys), params.fromK + offset, at);
        }
        staged[i] = query;
        staged[CHUNK * TILE + i] = key;
      }
      workgroupBarrier();
      for (var i = 0u; i < CHUNK; i++) {
        let q0 = staged[i * TILE + 4u * ty];
        let q1 = staged[i * TILE + 4u * ty + 1u];
        let q2 = staged[i * TILE + 4u * ty + 2u];
        let q3 = staged[i * TILE + 4u * ty + 3u];
        for (var j = 0u; j < 4u; j++) {
          let key = staged[CHUNK * TILE + i * TILE + tx + 8u * j];
          s[j] += vec4f(dot(q0, key), dot(q1, key), dot(q2, key), dot(q3, key));
        }
      }
    }
    for (var j = 0u; j < 4u; j++) {
      let token = start + tx + 8u * j;
      if (token >= params.keys) {
        s[j] = vec4f(LOWEST);
      } else if (BIASED) {
        let key = keyCode(token);
        let bias = vec4f(
          biasOf(head, codes[0], key),
          biasOf(head, codes[1], key),
          biasOf(head, codes[2], key),
          biasOf(head, codes[3], key),
        );
        s[j] += bias * LOG2E;
      }
    }
    let tileMax = maxOverKeys(lid, max(max(s[0], s[1]), max(s[2], s[3])));
    let newMax = max(maxLogit, tileMax);
    let rescale = exp2(maxLogit - newMax);
    maxLogit = newMax;
    sum *= rescale;
    for (var j = 0u; j < 4u; j++) {
      let weight = exp2(s[j] - maxLogit);
      sum += weight;
      exps[(tx + 8u * j) * SIDE + ty] = weight;
    }
    for (var i = lid; i < TILE * params.vecs; i += 64u) {
      let token = min(start + i / params.vecs, params.keys - 1u);
      staged[i] = valueVec(rowOf(group, token, params.keys), params.fromV + offset, i % params.vecs);
    }
    workgroupBarrier();
    for (var r = 0u; r < 4u; r++) {
      a[r] *= rescale[r];
      b[r] *= rescale[r];
      c[r] *= rescale[r];
    }
    for (var t = 0u; t < TILE; t++) {
      let weight = exps[t * SIDE + ty];
      let value = staged[t * params.vecs + min(tx, params.vecs - 1u)];
      for (var r = 0u; r < 4u; r++) {
        a[r] += weight[r] * value;
      }
      if (params.vecs > 8u) {
        let second = staged[t * params.vecs + min(tx + 8u, params.vecs - 1u)];
        for (var r = 0u; r < 4u; r++) {
          b[r] += weight[r] * second;
        }
      }
      if (params.vecs > 16u) {
        let third = staged[t * params.vecs + min(tx + 16u, params.vecs - 1u)];
        for (var r = 0u; r < 4u; r++) {
          c[r] += weight[r] * third;
        }
      }
    }
  }

  workgroupBarrier();
  let scale = 1.0 / sumOverKeys(lid, sum);
  for (var r = 0u; r < 4u; r++) {
    let token = first + 4u * ty + r;
    let row = rowOf(group, min(token, params.queries - 1u), params.queries);
    if (token < params.queries && row != params.fillRow) {
      if (tx < params.vecs) {
        storeVec(row, head, tx, a[r] * scale[r]);
      }
      if (tx + 8u < params.vecs) {
        storeVec(row, head, tx + 8u, b[r] * scale[r]);
      }
      if (tx + 16u < params.vecs) {
        storeVec(row, head, tx + 16u, c[r] * scale[r]);
      }
    }
  }
}
