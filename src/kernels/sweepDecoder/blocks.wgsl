// sweepDecoder for GPUs: the way of a tile of queries through all blocks; params.wgsl says what is computed.
// A workgroup has THREADS threads and owns `tileRows` queries.
// Takes: tileRows, shrinkPoint, slabStride, FC1, QKV, FC2, blockStart, PROJ, layerOf (sweepDecoder/params.wgsl).
// Takes: params.quads, params.queries, params.depth (sweepDecoder/params.wgsl).
// Takes: activate, ACTIVATION_GELU (shared/activations.wgsl); Stored, loaded, stored (shared/elements.f*.wgsl).
// Takes: THREADS, layerNorm, attend, project (the kernel).
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> seen: array<Stored>;
@group(0) @binding(3) var<storage, read> weights: array<Stored>;
@group(0) @binding(4) var<storage, read_write> features: array<Stored>;
@group(0) @binding(5) var<storage, read_write> slab: array<Stored>;

fn embed(first: u32, tile: u32, lid: u32) {
  for (var i = lid; i < tileRows * params.quads; i += THREADS) {
    let t = i / params.quads;
    let c = i % params.quads;
    let at = 3u * min(first + t, params.queries - 1u);
    let p = shrinkPoint(vec3f(points[at], points[at + 1u], points[at + 2u]));
    var x = loaded(weights[3u * params.quads + c]);
    x = fma(vec4f(p.x), loaded(weights[c]), x);
    x = fma(vec4f(p.y), loaded(weights[params.quads + c]), x);
    x = fma(vec4f(p.z), loaded(weights[2u * params.quads + c]), x);
    slab[tile + t * slabStride() + c] = stored(x);
  }
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

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lid: u32) {
  let first = workgroup.x * tileRows;
  let tile = first * slabStride();
  embed(first, tile, lid);
  storageBarrier();
  for (var block = 0u; block < params.depth; block++) {
    // One loop over the four layers, so that the code of each step exists once.
    for (var layer = QKV; layer <= FC2; layer++) {
      if (layer == QKV || layer == FC1) {
        layerNorm(tile, blockStart(block) + select(0u, 2u * params.quads, layer == FC1), lid);
      }
      if (layer == PROJ) {
        attend(block, tile, lid);
      }
      storageBarrier();
      project(layer, layerOf(block, layer, tile), lid);
      storageBarrier();
    }
  }
  layerNorm(tile, 4u * params.quads, lid);
  storageBarrier();
  let count = min(tileRows, params.queries - first) * params.quads;
  for (var i = lid; i < count; i += THREADS) {
    features[first * params.quads + i] = slab[tile + i / params.quads * slabStride() + params.quads + i % params.quads];
  }
}
