// attention for subgroups of exactly eight lanes: y = softmax(scale q kT + bias) v, with online softmax over tiles of
// 32 keys.
//   q, k, v, biases: flat textures of vec4s · y [rows, heads * headDim], f32 or f16
// A subgroup computes eight queries of one head, or sixteen if `tall`: then each key and value that is loaded serves
// twice as many, which is a fifth faster, and takes twice as long to compile. In q kT a lane owns keys; in the product
// with v it owns features, the vec4s lane, lane + 8 and lane + 16 of the head. Lanes share values by broadcast and
// shuffle: on a software adapter a texture load is five times cheaper than a buffer load, and a constant-lane broadcast
// is almost free.
// Takes: queryCode, BIASED (attention/bias.*.wgsl); FourKeys, biasOfFour, fourKeys (attention/four.*.wgsl).
// Takes: Values, Row, addLogits, weighFour (attention/online8.wgsl).
// Takes: LOG2E, LOWEST, selfKey, rowOf, keyOf, params.strideQ, params.selfV, params.vecs (attention/params.wgsl).
// Takes: params.queries, params.fillRow, params.heads, params.firstHead, params.fromQ (attention/params.wgsl).
// Takes: params.biasHeight, params.slotWidth, params.keys, params.fromK, params.fromV (attention/params.wgsl).
// Takes: params.selfK, params.scale, params.strideK, params.strideV (attention/params.wgsl).
// Takes: Keys, scores (attention/rows8.wgsl); Stored, stored (shared/elements.f*.wgsl).
enable subgroups;

@group(0) @binding(1) var q: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var k: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var v: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var biases: texture_storage_2d<rgba32float, read>;
@group(0) @binding(5) var<storage, read_write> y: array<Stored>;

// Number of vec4s of a head that a lane owns: 1 to 3.
override slots: u32;

// Not with `selfKey`.
override tall: bool = false;

const TILE = 32u;

fn texel(i: u32) -> vec2u {
  return vec2u(i & 1023u, i >> 10u);
}

// Loads the four terms that start at `i`, a multiple of four.
fn biasesAt(i: u32) -> vec4f {
  return textureLoad(biases, texel(i >> 2u));
}

fn biasAt(i: u32) -> f32 {
  let four = biasesAt(i);
  let pair = select(four.xy, four.zw, (i & 2u) != 0u);
  return select(pair.x, pair.y, (i & 1u) != 0u);
}

fn withBias(s: vec4f, head: u32, query: vec2u, keys: FourKeys) -> vec4f {
  return fma(biasOfFour(head, query, keys), vec4f(LOG2E), s);
}

fn loadValues(base: u32, lane: u32) -> Values {
  var values = Values(textureLoad(v, texel(base + lane)), vec4f(), vec4f());
  if (slots > 1u) {
    values.b = textureLoad(v, texel(base + lane + 8u));
  }
  if (slots > 2u) {
    values.c = textureLoad(v, texel(base + lane + 16u));
  }
  return values;
}

fn emptyRow() -> Row {
  return Row(LOWEST, 0.0, vec4f(), vec4f(), vec4f());
}

// Returns a query's softmax before the first tile: empty, or with the query's own key and value.
fn begin(qRow: u32, ownLogit: f32, head: u32, lane: u32) -> Row {
  var row = emptyRow();
  if (selfKey) {
    row.maxLogit = ownLogit;
    row.sum = select(0.0, 1.0, lane == 0u);
    let base = (qRow * params.strideQ + params.selfV) / 4u + head * params.vecs + lane;
    row.a = textureLoad(q, texel(base));
    row.b = textureLoad(q, texel(base + 8u));
    row.c = textureLoad(q, texel(base + 16u));
  }
  return row;
}

fn store(token: u32, qRow: u32, head: u32, lane: u32, row: Row) {
  var sum = row.sum;
  sum += subgroupShuffleXor(sum, 1u);
  sum += subgroupShuffleXor(sum, 2u);
  sum += subgroupShuffleXor(sum, 4u);
  let scale = 1.0 / sum;
  if (token < params.queries && qRow != params.fillRow) {
    let base = (qRow * params.heads + head) * params.vecs;
    if (lane < params.vecs) {
      y[base + lane] = stored(row.a * scale);
    }
    if (lane + 8u < params.vecs) {
      y[base + lane + 8u] = stored(row.b * scale);
    }
    if (lane + 16u < params.vecs) {
      y[base + lane + 16u] = stored(row.c * scale);
    }
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * select(8u, 16u, tall);
  let head = params.firstHead + workgroup.y;
  let group = workgroup.z;
  // Here the lane owns query `first + lane` and, if `tall`, `first + lane + 8`, whose names end in 2.
  let token = min(first + lane, params.queries - 1u);
  let qRow = rowOf(group, token, params.queries);
  let qBase = (qRow * params.strideQ + params.fromQ) / 4u + head * params.vecs;
  let code = queryCode(head, qRow, token);
  let token2 = min(first + lane + 8u, params.queries - 1u);
  let qRow2 = rowOf(group, token2, params.queries);
  let qBase2 = (qRow2 * params.strideQ + params.fromQ) / 4u + head * params.vecs;
  let code2 = queryCode(head, qRow2, token2);
  let keySlots = select(params.biasHeight * params.slotWidth, params.keys, params.slotWidth == 0u);
  let kFrom = params.fromK / 4u + head * params.vecs;
  let vFrom = params.fromV / 4u + head * params.vecs;

  var own = 0.0;
  if (selfKey) {
    let ownBase = (qRow * params.strideQ + params.selfK) / 4u + head * params.vecs;
    for (var i = 0u; i < params.vecs; i++) {
      own += dot(textureLoad(q, texel(qBase + i)) * params.scale, textureLoad(q, texel(ownBase + i)));
    }
  }
  var r0 = begin(subgroupBroadcast(qRow, 0u), subgroupBroadcast(own, 0u), head, lane);
  var r1 = begin(subgroupBroadcast(qRow, 1u), subgroupBroadcast(own, 1u), head, lane);
  var r2 = begin(subgroupBroadcast(qRow, 2u), subgroupBroadcast(own, 2u), head, lane);
  var r3 = begin(subgroupBroadcast(qRow, 3u), subgroupBroadcast(own, 3u), head, lane);
  var r4 = begin(subgroupBroadcast(qRow, 4u), subgroupBroadcast(own, 4u), head, lane);
  var r5 = begin(subgroupBroadcast(qRow, 5u), subgroupBroadcast(own, 5u), head, lane);
  var r6 = begin(subgroupBroadcast(qRow, 6u), subgroupBroadcast(own, 6u), head, lane);
  var r7 = begin(subgroupBroadcast(qRow, 7u), subgroupBroadcast(own, 7u), head, lane);
  var r8 = emptyRow();
  var r9 = emptyRow();
  var r10 = emptyRow();
  var r11 = emptyRow();
  var r12 = emptyRow();
  var r13 = emptyRow();
  var r14 = emptyRow();
  var r15 = emptyRow();

  for (var start = 0u; start < keySlots; start += TILE) {
    let slot = start + 4u * lane + vec4u(0u, 1u, 2u, 3u);
    let tokens = keyOf(slot);
    let valid = tokens < vec4u(params.keys);
    let t = min(tokens, vec4u(params.keys - 1u));
    let rowA = rowOf(group, t.x, params.keys);
    let rowB = rowOf(group, t.y, params.keys);
    let rowC = rowOf(group, t.z, params.keys);
    let rowD = rowOf(group, t.w, params.keys);
    let kBase = vec4u(rowA, rowB, rowC, rowD) * (params.strideK / 4u) + kFrom;
    let vBase = vec4u(rowA, rowB, rowC, rowD) * (params.strideV / 4u) + vFrom;
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    var s4 = vec4f();
    var s5 = vec4f();
    var s6 = vec4f();
    var s7 = vec4f();
    var s8 = vec4f();
    var s9 = vec4f();
    var s10 = vec4f();
    var s11 = vec4f();
    var s12 = vec4f();
    var s13 = vec4f();
    var s14 = vec4f();
    var s15 = vec4f();
    for (var i = 0u; i < params.vecs; i++) {
      let rows = textureLoad(q, texel(qBase + i)) * params.scale;
      var rows2 = vec4f();
      if (tall) {
        rows2 = textureLoad(q, texel(qBase2 + i)) * params.scale;
      }
      let keys = Keys(
        textureLoad(k, texel(kBase.x + i)),
        textureLoad(k, texel(kBase.y + i)),
        textureLoad(k, texel(kBase.z + i)),
        textureLoad(k, texel(kBase.w + i)),
      );
      s0 = scores(subgroupBroadcast(rows, 0u), keys, s0);
      s1 = scores(subgroupBroadcast(rows, 1u), keys, s1);
      s2 = scores(subgroupBroadcast(rows, 2u), keys, s2);
      s3 = scores(subgroupBroadcast(rows, 3u), keys, s3);
      s4 = scores(subgroupBroadcast(rows, 4u), keys, s4);
      s5 = scores(subgroupBroadcast(rows, 5u), keys, s5);
      s6 = scores(subgroupBroadcast(rows, 6u), keys, s6);
      s7 = scores(subgroupBroadcast(rows, 7u), keys, s7);
      if (tall) {
        s8 = scores(subgroupBroadcast(rows2, 0u), keys, s8);
        s9 = scores(subgroupBroadcast(rows2, 1u), keys, s9);
        s10 = scores(subgroupBroadcast(rows2, 2u), keys, s10);
        s11 = scores(subgroupBroadcast(rows2, 3u), keys, s11);
        s12 = scores(subgroupBroadcast(rows2, 4u), keys, s12);
        s13 = scores(subgroupBroadcast(rows2, 5u), keys, s13);
        s14 = scores(subgroupBroadcast(rows2, 6u), keys, s14);
        s15 = scores(subgroupBroadcast(rows2, 7u), keys, s15);
      }
    }
    if (BIASED) {
      let keys = fourKeys(slot, t);
      s0 = withBias(s0, head, subgroupBroadcast(code, 0u), keys);
      s1 = withBias(s1, head, subgroupBroadcast(code, 1u), keys);
      s2 = withBias(s2, head, subgroupBroadcast(code, 2u), keys);
      s3 = withBias(s3, head, subgroupBroadcast(code, 3u), keys);
      s4 = withBias(s4, head, subgroupBroadcast(code, 4u), keys);
      s5 = withBias(s5, head, subgroupBroadcast(code, 5u), keys);
      s6 = withBias(s6, head, subgroupBroadcast(code, 6u), keys);
      s7 = withBias(s7, head, subgroupBroadcast(code, 7u), keys);
      if (tall) {
        s8 = withBias(s8, head, subgroupBroadcast(code2, 0u), keys);
        s9 = withBias(s9, head, subgroupBroadcast(code2, 1u), keys);
        s10 = withBias(s10, head, subgroupBroadcast(code2, 2u), keys);
        s11 = withBias(s11, head, subgroupBroadcast(code2, 3u), keys);
        s12 = withBias(s12, head, subgroupBroadcast(code2, 4u), keys);
        s13 = withBias(s13, head, subgroupBroadcast(code2, 5u), keys);
        s14 = withBias(s14, head, subgroupBroadcast(code2, 6u), keys);
        s15 = withBias(s15, head, subgroupBroadcast(code2, 7u), keys);
      }
    }
    s0 = addLogits(&r0, s0, valid);
    s1 = addLogits(&r1, s1, valid);
    s2 = addLogits(&r2, s2, valid);
    s3 = addLogits(&r3, s3, valid);
    s4 = addLogits(&r4, s4, valid);
    s5 = addLogits(&r5, s5, valid);
    s6 = addLogits(&r6, s6, valid);
    s7 = addLogits(&r7, s7, valid);
    if (tall) {
      s8 = addLogits(&r8, s8, valid);
      s9 = addLogits(&r9, s9, valid);
      s10 = addLogits(&r10, s10, valid);
      s11 = addLogits(&r11, s11, valid);
      s12 = addLogits(&r12, s12, valid);
      s13 = addLogits(&r13, s13, valid);
      s14 = addLogits(&r14, s14, valid);
      s15 = addLogits(&r15, s15, valid);
    }
    for (var other = 0u; other < 8u; other++) {
      let base = subgroupShuffle(vBase, other);
      let a = loadValues(base.x, lane);
      let b = loadValues(base.y, lane);
      let c = loadValues(base.z, lane);
      let d = loadValues(base.w, lane);
      weighFour(&r0, subgroupShuffle(s0, other), a, b, c, d);
      weighFour(&r1, subgroupShuffle(s1, other), a, b, c, d);
      weighFour(&r2, subgroupShuffle(s2, other), a, b, c, d);
      weighFour(&r3, subgroupShuffle(s3, other), a, b, c, d);
      weighFour(&r4, subgroupShuffle(s4, other), a, b, c, d);
      weighFour(&r5, subgroupShuffle(s5, other), a, b, c, d);
      weighFour(&r6, subgroupShuffle(s6, other), a, b, c, d);
      weighFour(&r7, subgroupShuffle(s7, other), a, b, c, d);
      if (tall) {
        weighFour(&r8, subgroupShuffle(s8, other), a, b, c, d);
        weighFour(&r9, subgroupShuffle(s9, other), a, b, c, d);
        weighFour(&r10, subgroupShuffle(s10, other), a, b, c, d);
        weighFour(&r11, subgroupShuffle(s11, other), a, b, c, d);
        weighFour(&r12, subgroupShuffle(s12, other), a, b, c, d);
        weighFour(&r13, subgroupShuffle(s13, other), a, b, c, d);
        weighFour(&r14, subgroupShuffle(s14, other), a, b, c, d);
        weighFour(&r15, subgroupShuffle(s15, other), a, b, c, d);
      }
    }
  }
  store(first, subgroupBroadcast(qRow, 0u), head, lane, r0);
  store(first + 1u, subgroupBroadcast(qRow, 1u), head, lane, r1);
  store(first + 2u, subgroupBroadcast(qRow, 2u), head, lane, r2);
  store(first + 3u, subgroupBroadcast(qRow, 3u), head, lane, r3);
  store(first + 4u, subgroupBroadcast(qRow, 4u), head, lane, r4);
  store(first + 5u, subgroupBroadcast(qRow, 5u), head, lane, r5);
  store(first + 6u, subgroupBroadcast(qRow, 6u), head, lane, r6);
  store(first + 7u, subgroupBroadcast(qRow, 7u), head, lane, r7);
  if (tall) {
    store(first + 8u, subgroupBroadcast(qRow2, 0u), head, lane, r8);
    store(first + 9u, subgroupBroadcast(qRow2, 1u), head, lane, r9);
    store(first + 10u, subgroupBroadcast(qRow2, 2u), head, lane, r10);
    store(first + 11u, subgroupBroadcast(qRow2, 3u), head, lane, r11);
    store(first + 12u, subgroupBroadcast(qRow2, 4u), head, lane, r12);
    store(first + 13u, subgroupBroadcast(qRow2, 5u), head, lane, r13);
    store(first + 14u, subgroupBroadcast(qRow2, 6u), head, lane, r14);
    store(first + 15u, subgroupBroadcast(qRow2, 7u), head, lane, r15);
  }
}
