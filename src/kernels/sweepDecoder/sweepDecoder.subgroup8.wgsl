// sweepDecoder on subgroups of exactly eight lanes; params.wgsl says what it computes.
// One workgroup is one subgroup. A layer is computed for 16 queries and 64 columns at a time: lane l loads four terms
// of query l (and of query l + 8) and broadcasts them; it owns columns 4 l .. 4 l + 3 and those 32 to the right.
// Weights and the seen tokens come from flat textures, whose loads do not branch on software adapters.
//
// There are no barriers. Lanes read from the slab what other lanes of their subgroup wrote, and the adapters that this
// variant is for (target.ts) run a subgroup as one thread with vector instructions, so writes come before later reads.
// A barrier would turn the workgroup into a coroutine whose sums live in memory, which is a fifth slower. Everywhere
// else the tiled variant is used, which has barriers.
// Takes: shrinkPoint, slabStride, FC1, QKV, Layer, PANEL, tileRows, FC2, blockStart, PROJ (sweepDecoder/params.wgsl).
// Takes: layerOf, params.quads, params.eps, params.vecs, params.heads, params.seen (sweepDecoder/params.wgsl).
// Takes: params.scale, params.queries, params.depth (sweepDecoder/params.wgsl).
// Takes: Row, Values, addLogits, weighFour (attention/online8.wgsl); Keys, scores (attention/rows8.wgsl).
// Takes: activate, ACTIVATION_GELU (shared/activations.wgsl); Stored, loaded, stored (shared/elements.f*.wgsl).
enable subgroups;

@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var seen: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var weights: texture_storage_2d<rgba32float, read>;
@group(0) @binding(4) var<storage, read_write> features: array<Stored>;
@group(0) @binding(5) var<storage, read_write> slab: array<Stored>;

// A head may have up to 32 features.
const slots = 1u;

fn texel(i: u32) -> vec2u {
  return vec2u(i & 1023u, i >> 10u);
}

fn weight(i: u32) -> vec4f {
  return textureLoad(weights, texel(i));
}

fn laneSum(value: f32) -> f32 {
  var sum = value;
  sum += subgroupShuffleXor(sum, 1u);
  sum += subgroupShuffleXor(sum, 2u);
  sum += subgroupShuffleXor(sum, 4u);
  return sum;
}

// x = W p + b, for all queries of the tile.
fn embed(first: u32, tile: u32, rows: u32, lane: u32) {
  for (var t = 0u; t < rows; t++) {
    let i = 3u * (first + t);
    let p = shrinkPoint(vec3f(points[i], points[i + 1u], points[i + 2u]));
    for (var c = lane; c < params.quads; c += 8u) {
      var x = weight(3u * params.quads + c);
      x = fma(vec4f(p.x), weight(c), x);
      x = fma(vec4f(p.y), weight(params.quads + c), x);
      x = fma(vec4f(p.z), weight(2u * params.quads + c), x);
      slab[tile + t * slabStride() + c] = stored(x);
    }
  }
}

// Returns the mean and 1 / deviation of the tokens at `x` in the slab, in two passes.
fn statistics(x: u32, lane: u32) -> vec2f {
  var sum = vec4f();
  for (var c = lane; c < params.quads; c += 8u) {
    sum += loaded(slab[x + c]);
  }
  let count = f32(4u * params.quads);
  let mean = laneSum(dot(sum, vec4f(1.0))) / count;
  var squares = vec4f();
  for (var c = lane; c < params.quads; c += 8u) {
    let d = loaded(slab[x + c]) - mean;
    squares = fma(d, d, squares);
  }
  return vec2f(mean, 1.0 / sqrt(laneSum(dot(squares, vec4f(1.0))) / count + params.eps));
}

// a = norm(x), with gamma at `gamma` in the weights and beta behind it.
fn normalize(tile: u32, gamma: u32, rows: u32, lane: u32) {
  for (var t = 0u; t < rows; t++) {
    let x = tile + t * slabStride();
    let s = statistics(x, lane);
    for (var c = lane; c < params.quads; c += 8u) {
      let normalized = (loaded(slab[x + c]) - s.x) * s.y;
      slab[x + params.quads + c] = stored(fma(normalized, weight(gamma + c), weight(gamma + params.quads + c)));
    }
  }
}

// Returns `s` plus four terms of the sum: `x` of a query times w0 .. w3 of four columns.
fn rank4(s: vec4f, x: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return fma(vec4f(x.w), w3, fma(vec4f(x.z), w2, fma(vec4f(x.y), w1, fma(vec4f(x.x), w0, s))));
}

fn finish(kind: u32, at: u32, sum: vec4f) {
  if (kind == FC1) {
    slab[at] = stored(activate(ACTIVATION_GELU, sum));
  } else if (kind == QKV) {
    slab[at] = stored(sum);
  } else {
    slab[at] = stored(loaded(slab[at]) + sum); // the residual
  }
}

// `rows` is the number of queries of the tile that exist.
fn project(kind: u32, layer: Layer, rows: u32, lane: u32) {
  let stride = slabStride();
  for (var column = 0u; column < layer.columns; column += PANEL) {
    let panel = layer.panels + column * layer.inner + lane;
    let biasLeft = weight(layer.bias + column / 4u + lane);
    let biasRight = weight(layer.bias + column / 4u + 8u + lane);
    for (var row = 0u; row < rows; row += 16u) {
      var l0 = biasLeft;
      var l1 = biasLeft;
      var l2 = biasLeft;
      var l3 = biasLeft;
      var l4 = biasLeft;
      var l5 = biasLeft;
      var l6 = biasLeft;
      var l7 = biasLeft;
      var l8 = biasLeft;
      var l9 = biasLeft;
      var l10 = biasLeft;
      var l11 = biasLeft;
      var l12 = biasLeft;
      var l13 = biasLeft;
      var l14 = biasLeft;
      var l15 = biasLeft;
      var r0 = biasRight;
      var r1 = biasRight;
      var r2 = biasRight;
      var r3 = biasRight;
      var r4 = biasRight;
      var r5 = biasRight;
      var r6 = biasRight;
      var r7 = biasRight;
      var r8 = biasRight;
      var r9 = biasRight;
      var r10 = biasRight;
      var r11 = biasRight;
      var r12 = biasRight;
      var r13 = biasRight;
      var r14 = biasRight;
      var r15 = biasRight;
      let top = layer.source + (row + lane) * stride;
      let bottom = top + 8u * stride;
      for (var i = 0u; i < layer.inner; i++) {
        let a = loaded(slab[top + i]);
        let b = loaded(slab[bottom + i]);
        let w = panel + 64u * i;
        let w0 = weight(w);
        let w1 = weight(w + 16u);
        let w2 = weight(w + 32u);
        let w3 = weight(w + 48u);
        let v0 = weight(w + 8u);
        let v1 = weight(w + 24u);
        let v2 = weight(w + 40u);
        let v3 = weight(w + 56u);
        let a0 = subgroupBroadcast(a, 0u);
        let a1 = subgroupBroadcast(a, 1u);
        let a2 = subgroupBroadcast(a, 2u);
        let a3 = subgroupBroadcast(a, 3u);
        let a4 = subgroupBroadcast(a, 4u);
        let a5 = subgroupBroadcast(a, 5u);
        let a6 = subgroupBroadcast(a, 6u);
        let a7 = subgroupBroadcast(a, 7u);
        let b0 = subgroupBroadcast(b, 0u);
        let b1 = subgroupBroadcast(b, 1u);
        let b2 = subgroupBroadcast(b, 2u);
        let b3 = subgroupBroadcast(b, 3u);
        let b4 = subgroupBroadcast(b, 4u);
        let b5 = subgroupBroadcast(b, 5u);
        let b6 = subgroupBroadcast(b, 6u);
        let b7 = subgroupBroadcast(b, 7u);
        l0 = rank4(l0, a0, w0, w1, w2, w3);
        r0 = rank4(r0, a0, v0, v1, v2, v3);
        l1 = rank4(l1, a1, w0, w1, w2, w3);
        r1 = rank4(r1, a1, v0, v1, v2, v3);
        l2 = rank4(l2, a2, w0, w1, w2, w3);
        r2 = rank4(r2, a2, v0, v1, v2, v3);
        l3 = rank4(l3, a3, w0, w1, w2, w3);
        r3 = rank4(r3, a3, v0, v1, v2, v3);
        l4 = rank4(l4, a4, w0, w1, w2, w3);
        r4 = rank4(r4, a4, v0, v1, v2, v3);
        l5 = rank4(l5, a5, w0, w1, w2, w3);
        r5 = rank4(r5, a5, v0, v1, v2, v3);
        l6 = rank4(l6, a6, w0, w1, w2, w3);
        r6 = rank4(r6, a6, v0, v1, v2, v3);
        l7 = rank4(l7, a7, w0, w1, w2, w3);
        r7 = rank4(r7, a7, v0, v1, v2, v3);
        l8 = rank4(l8, b0, w0, w1, w2, w3);
        r8 = rank4(r8, b0, v0, v1, v2, v3);
        l9 = rank4(l9, b1, w0, w1, w2, w3);
        r9 = rank4(r9, b1, v0, v1, v2, v3);
        l10 = rank4(l10, b2, w0, w1, w2, w3);
        r10 = rank4(r10, b2, v0, v1, v2, v3);
        l11 = rank4(l11, b3, w0, w1, w2, w3);
        r11 = rank4(r11, b3, v0, v1, v2, v3);
        l12 = rank4(l12, b4, w0, w1, w2, w3);
        r12 = rank4(r12, b4, v0, v1, v2, v3);
        l13 = rank4(l13, b5, w0, w1, w2, w3);
        r13 = rank4(r13, b5, v0, v1, v2, v3);
        l14 = rank4(l14, b6, w0, w1, w2, w3);
        r14 = rank4(r14, b6, v0, v1, v2, v3);
        l15 = rank4(l15, b7, w0, w1, w2, w3);
        r15 = rank4(r15, b7, v0, v1, v2, v3);
      }
      var left = array<vec4f, 16>(l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11, l12, l13, l14, l15);
      var right = array<vec4f, 16>(r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, r12, r13, r14, r15);
      // The loop counts rows of the tile, so that compilers know no limit: unrolled stores compile many times more
      // slowly.
      let end = min(row + 16u, rows);
      for (var i = row; i < end; i++) {
        let at = layer.destination + i * stride + column / 4u + lane;
        if (column + 4u * lane < layer.columns) {
          finish(kind, at, left[i - row]);
        }
        if (column + 32u + 4u * lane < layer.columns) {
          finish(kind, at + 8u, right[i - row]);
        }
      }
    }
  }
}

// a row of the online softmax that starts with the query's own key and value.
fn begin(ownLogit: f32, ownValue: u32, lane: u32) -> Row {
  return Row(ownLogit, select(0.0, 1.0, lane == 0u), loaded(slab[ownValue + lane]), vec4f(), vec4f());
}

fn loadValues(base: u32, lane: u32) -> Values {
  return Values(textureLoad(seen, texel(base + lane)), vec4f(), vec4f());
}

fn storeRow(at: u32, row: Row, lane: u32) {
  let scale = 1.0 / laneSum(row.sum);
  if (lane < params.vecs) {
    slab[at + lane] = stored(row.a * scale);
  }
}

// a = softmax(q kT) v over the seen tokens and the query itself; q, k and v of the queries are in b.
fn attend(block: u32, tile: u32, rows: u32, lane: u32) {
  let stride = slabStride();
  let tokenStride = 3u * params.quads;
  for (var head = 0u; head < params.heads; head++) {
    let offset = head * params.vecs;
    let keysAt = block * params.seen * tokenStride + params.quads + offset;
    for (var row = 0u; row < rows; row += 8u) {
      let first = tile + row * stride;
      let query = first + lane * stride + 2u * params.quads + offset; // of this lane's query, in b
      var own = 0.0;
      for (var i = 0u; i < params.vecs; i++) {
        own += dot(loaded(slab[query + i]) * params.scale, loaded(slab[query + params.quads + i]));
      }
      let value = first + 4u * params.quads + offset;
      var r0 = begin(subgroupBroadcast(own, 0u), value + 0u * stride, lane);
      var r1 = begin(subgroupBroadcast(own, 1u), value + 1u * stride, lane);
      var r2 = begin(subgroupBroadcast(own, 2u), value + 2u * stride, lane);
      var r3 = begin(subgroupBroadcast(own, 3u), value + 3u * stride, lane);
      var r4 = begin(subgroupBroadcast(own, 4u), value + 4u * stride, lane);
      var r5 = begin(subgroupBroadcast(own, 5u), value + 5u * stride, lane);
      var r6 = begin(subgroupBroadcast(own, 6u), value + 6u * stride, lane);
      var r7 = begin(subgroupBroadcast(own, 7u), value + 7u * stride, lane);
      for (var start = 0u; start < params.seen; start += 32u) {
        let tokens = start + lane + vec4u(0u, 8u, 16u, 24u);
        let valid = tokens < vec4u(params.seen);
        let keyBase = min(tokens, vec4u(params.seen - 1u)) * tokenStride + keysAt;
        var s0 = vec4f();
        var s1 = vec4f();
        var s2 = vec4f();
        var s3 = vec4f();
        var s4 = vec4f();
        var s5 = vec4f();
        var s6 = vec4f();
        var s7 = vec4f();
        for (var i = 0u; i < params.vecs; i++) {
          let q = loaded(slab[query + i]) * params.scale;
          let keys = Keys(
            textureLoad(seen, texel(keyBase.x + i)),
            textureLoad(seen, texel(keyBase.y + i)),
            textureLoad(seen, texel(keyBase.z + i)),
            textureLoad(seen, texel(keyBase.w + i)),
          );
          s0 = scores(subgroupBroadcast(q, 0u), keys, s0);
          s1 = scores(subgroupBroadcast(q, 1u), keys, s1);
          s2 = scores(subgroupBroadcast(q, 2u), keys, s2);
          s3 = scores(subgroupBroadcast(q, 3u), keys, s3);
          s4 = scores(subgroupBroadcast(q, 4u), keys, s4);
          s5 = scores(subgroupBroadcast(q, 5u), keys, s5);
          s6 = scores(subgroupBroadcast(q, 6u), keys, s6);
          s7 = scores(subgroupBroadcast(q, 7u), keys, s7);
        }
        s0 = addLogits(&r0, s0, valid);
        s1 = addLogits(&r1, s1, valid);
        s2 = addLogits(&r2, s2, valid);
        s3 = addLogits(&r3, s3, valid);
        s4 = addLogits(&r4, s4, valid);
        s5 = addLogits(&r5, s5, valid);
        s6 = addLogits(&r6, s6, valid);
        s7 = addLogits(&r7, s7, valid);
        let valueBase = keyBase + params.quads;
        for (var other = 0u; other < 8u; other++) {
          let base = subgroupShuffle(valueBase, other);
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
        }
      }
      storeRow(first + 0u * stride + params.quads + offset, r0, lane);
      storeRow(first + 1u * stride + params.quads + offset, r1, lane);
      storeRow(first + 2u * stride + params.quads + offset, r2, lane);
      storeRow(first + 3u * stride + params.quads + offset, r3, lane);
      storeRow(first + 4u * stride + params.quads + offset, r4, lane);
      storeRow(first + 5u * stride + params.quads + offset, r5, lane);
      storeRow(first + 6u * stride + params.quads + offset, r6, lane);
      storeRow(first + 7u * stride + params.quads + offset, r7, lane);
    }
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * tileRows;
  let rows = min(tileRows, params.queries - first);
  let tile = first * slabStride();
  embed(first, tile, rows, lane);
  for (var block = 0u; block < params.depth; block++) {
    // One loop over the four layers, so that the code of each step exists once.
    for (var layer = QKV; layer <= FC2; layer++) {
      if (layer == QKV || layer == FC1) {
        normalize(tile, blockStart(block) + select(0u, 2u * params.quads, layer == FC1), rows, lane);
      }
      if (layer == PROJ) {
        attend(block, tile, rows, lane);
      }
      project(layer, layerOf(block, layer, tile), rows, lane);
    }
  }
  normalize(tile, 4u * params.quads, rows, lane);
  for (var t = 0u; t < rows; t++) {
    for (var c = lane; c < params.quads; c += 8u) {
      features[(first + t) * params.quads + c] = slab[tile + t * slabStride() + params.quads + c];
    }
  }
}
