// sweepDecoder for GPUs; params.wgsl says what it computes.
// A workgroup of 16 x 16 threads owns 64 queries. In a linear layer it computes 64 x 64 results at a time: thread (ty,
// tx) computes those of queries 4 ty .. 4 ty + 3 and columns 4 tx .. 4 tx + 3. Workgroup memory holds 16 terms at a
// time. In attention a thread owns one query of one head. Neighboring threads have other queries of the same head, so
// keys and values are read once for all of them.
// Takes: tileRows, slabStride, Layer, PANEL, params.quads, params.eps, params.heads (sweepDecoder/params.wgsl).
// Takes: params.vecs, params.scale, params.seen (sweepDecoder/params.wgsl).
// Takes: slab, weights, seen, finish (sweepDecoder/blocks.wgsl); rank4 (shared/gemm/rank4.wgsl).
// Takes: loaded, stored (shared/elements.f*.wgsl).
const THREADS = 256u;
const SIDE = 16u;
const CHUNK = 4u; // vec4s of the terms in workgroup memory
const MAX_VECS = 8u; // a head may have up to 32 features

var<workgroup> sources: array<vec4f, 256>; // [vec4 of terms][query]
var<workgroup> panel: array<vec4f, 256>; // [term][vec4 of columns]
var<workgroup> partial: array<f32, 256>;

// Returns the sum over the four threads that share a query.
fn sumOfFour(lid: u32, value: f32) -> f32 {
  partial[lid] = value;
  workgroupBarrier();
  let at = lid & ~3u;
  let sum = (partial[at] + partial[at + 1u]) + (partial[at + 2u] + partial[at + 3u]);
  workgroupBarrier();
  return sum;
}

// a = norm(x), with gamma at `gamma` in the weights and beta behind it. Variance in a second pass.
fn layerNorm(tile: u32, gamma: u32, lid: u32) {
  let x = tile + lid / 4u * slabStride();
  var sum = vec4f();
  for (var c = lid % 4u; c < params.quads; c += 4u) {
    sum += loaded(slab[x + c]);
  }
  let count = f32(4u * params.quads);
  let mean = sumOfFour(lid, dot(sum, vec4f(1.0))) / count;
  var squares = vec4f();
  for (var c = lid % 4u; c < params.quads; c += 4u) {
    let d = loaded(slab[x + c]) - mean;
    squares = fma(d, d, squares);
  }
  let scale = 1.0 / sqrt(sumOfFour(lid, dot(squares, vec4f(1.0))) / count + params.eps);
  for (var c = lid % 4u; c < params.quads; c += 4u) {
    let normalized = (loaded(slab[x + c]) - mean) * scale;
    let beta = loaded(weights[gamma + params.quads + c]);
    slab[x + params.quads + c] = stored(fma(normalized, loaded(weights[gamma + c]), beta));
  }
}

fn project(kind: u32, layer: Layer, lid: u32) {
  let stride = slabStride();
  let ty = lid / SIDE;
  let tx = lid % SIDE;
  for (var column = 0u; column < layer.columns; column += PANEL) {
    let bias = loaded(weights[layer.bias + column / 4u + tx]);
    var s0 = bias;
    var s1 = bias;
    var s2 = bias;
    var s3 = bias;
    for (var chunk = 0u; chunk < layer.inner; chunk += CHUNK) {
      workgroupBarrier();
      // Neighboring threads load neighboring vec4s of a query. Terms past the end are zeros on both sides.
      let i = chunk + lid % CHUNK;
      var source = vec4f();
      if (i < layer.inner) {
        source = loaded(slab[layer.source + lid / CHUNK * stride + i]);
      }
      sources[lid % CHUNK * tileRows + lid / CHUNK] = source;
      let term = 4u * chunk + ty;
      var w = vec4f();
      if (term < 4u * layer.inner) {
        w = loaded(weights[layer.panels + column * layer.inner + term * SIDE + tx]);
      }
      panel[lid] = w;
      workgroupBarrier();
      for (var k = 0u; k < CHUNK; k++) {
        let w0 = panel[4u * k * SIDE + tx];
        let w1 = panel[(4u * k + 1u) * SIDE + tx];
        let w2 = panel[(4u * k + 2u) * SIDE + tx];
        let w3 = panel[(4u * k + 3u) * SIDE + tx];
        s0 = rank4(s0, sources[k * tileRows + 4u * ty], w0, w1, w2, w3);
        s1 = rank4(s1, sources[k * tileRows + 4u * ty + 1u], w0, w1, w2, w3);
        s2 = rank4(s2, sources[k * tileRows + 4u * ty + 2u], w0, w1, w2, w3);
        s3 = rank4(s3, sources[k * tileRows + 4u * ty + 3u], w0, w1, w2, w3);
      }
    }
    if (column + 4u * tx < layer.columns) {
      let at = layer.destination + 4u * ty * stride + column / 4u + tx;
      finish(kind, at, s0);
      finish(kind, at + stride, s1);
      finish(kind, at + 2u * stride, s2);
      finish(kind, at + 3u * stride, s3);
    }
  }
}

// a = softmax(q kT) v over the seen tokens and the query itself; q, k and v of the queries are in b.
fn attend(block: u32, tile: u32, lid: u32) {
  let tokenStride = 3u * params.quads;
  let own = tile + lid % tileRows * slabStride();
  for (var head = lid / tileRows; head < params.heads; head += THREADS / tileRows) {
    let offset = head * params.vecs;
    let query = own + 2u * params.quads + offset;
    var q: array<vec4f, MAX_VECS>;
    var y: array<vec4f, MAX_VECS>;
    var maxLogit = 0.0;
    for (var i = 0u; i < MAX_VECS; i++) {
      q[i] = vec4f();
      y[i] = vec4f();
      if (i < params.vecs) {
        q[i] = loaded(slab[query + i]) * params.scale;
        y[i] = loaded(slab[query + 2u * params.quads + i]);
        maxLogit += dot(q[i], loaded(slab[query + params.quads + i]));
      }
    }
    var sum = 1.0;
    let keysAt = block * params.seen * tokenStride + params.quads + offset;
    for (var token = 0u; token < params.seen; token++) {
      let key = keysAt + token * tokenStride;
      var logit = 0.0;
      for (var i = 0u; i < MAX_VECS; i++) {
        if (i < params.vecs) {
          logit += dot(q[i], loaded(seen[key + i]));
        }
      }
      let newMax = max(maxLogit, logit);
      let rescale = exp2(maxLogit - newMax);
      let weight = exp2(logit - newMax);
      maxLogit = newMax;
      sum = fma(sum, rescale, weight);
      for (var i = 0u; i < MAX_VECS; i++) {
        if (i < params.vecs) {
          y[i] = fma(vec4f(weight), loaded(seen[key + params.quads + i]), y[i] * rescale);
        }
      }
    }
    for (var i = 0u; i < MAX_VECS; i++) {
      if (i < params.vecs) {
        slab[own + params.quads + offset + i] = stored(y[i] / sum);
      }
    }
  }
}
