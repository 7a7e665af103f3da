// sweepDecoder: MCC's decoder for points of space, from coordinates to the features after the last norm.
//   points [queries, 3] · seen [depth, M, 3 C]: q, k and v of the seen tokens · weights: pack.ts
//   -> features [queries, C] · slab: scratch memory, a part for each workgroup
// Seen tokens, features and slab are all f32 or all f16.
// A workgroup carries `tileRows` queries through all blocks. Queries do not depend on each other, so workgroups share
// nothing, and each tile reads all weights once. Per query, the slab holds x [C], the token; a [C], the token after
// norm or attention; b [4 C], queries, keys and values, or hidden features. Offsets below are in vec4s.
struct Params {
  queries: u32,
  quads: u32, // C / 4
  heads: u32,
  vecs: u32, // vec4s of a head
  seen: u32, // M
  depth: u32,
  scale: f32, // of q . k, times log2(e)
  eps: f32,
  limit: f32, // points farther from the origin than this are moved towards it
}

@group(0) @binding(0) var<uniform> params: Params;

// Queries per workgroup.
override tileRows: u32;

const LOG2E = 1.4426950408889634;
// Less than every logit; exp2 of it is 0.
const LOWEST = -1e30;

// Columns of a panel of weights, as in pack.ts.
const PANEL = 64u;
const MLP_RATIO = 4u;

// Returns the vec4s of a query in the slab: x, a and b.
fn slabStride() -> u32 {
  return (2u + MLP_RATIO) * params.quads;
}

fn padded(columns: u32) -> u32 {
  return (columns + PANEL - 1u) / PANEL * PANEL;
}

// One linear layer of a block, applied to the tile: from `source` to `destination`, both in the slab.
struct Layer {
  source: u32, // of the tile's first query
  destination: u32,
  inner: u32, // terms of a sum, in vec4s
  columns: u32,
  bias: u32, // in the weights
  panels: u32,
}

const QKV = 0u;
const PROJ = 1u;
const FC1 = 2u;
const FC2 = 3u;

fn outputsOf(layer: u32) -> u32 {
  let C = 4u * params.quads;
  return select(select(C, MLP_RATIO * C, layer == FC1), 3u * C, layer == QKV);
}

// Returns the vec4s from the weights of one block to those of the next.
fn blockStride() -> u32 {
  let C = 4u * params.quads;
  var sum = 4u * C;
  for (var layer = QKV; layer <= FC2; layer++) {
    sum += padded(outputsOf(layer)) * (1u + select(C, MLP_RATIO * C, layer == FC2));
  }
  return sum / 4u;
}

fn blockStart(block: u32) -> u32 {
  return 6u * params.quads + block * blockStride();
}

// `tile` is where the workgroup's part of the slab begins.
fn layerOf(block: u32, layer: u32, tile: u32) -> Layer {
  let C = 4u * params.quads;
  let a = tile + params.quads;
  let b = tile + 2u * params.quads;
  var result: Layer;
  result.source = select(a, b, layer == FC2);
  result.destination = select(b, tile, layer == PROJ || layer == FC2);
  result.inner = select(params.quads, MLP_RATIO * params.quads, layer == FC2);
  result.columns = outputsOf(layer);
  result.bias = blockStart(block) + C;
  result.panels = result.bias;
  for (var l = QKV; l <= FC2; l++) {
    result.panels += padded(outputsOf(l)) / 4u;
  }
  for (var l = QKV; l < layer; l++) {
    result.bias += padded(outputsOf(l)) / 4u;
    result.panels += padded(outputsOf(l)) * params.quads; // all layers before fc2 sum C terms
  }
  return result;
}

// Moves a point like the kernel shrinkPoints: distances above `limit` are compressed into limit .. 2 limit.
fn shrinkPoint(p: vec3f) -> vec3f {
  let r = sqrt(dot(p, p));
  return select(p, p * (params.limit * (2.0 - params.limit / r) / r), r > params.limit);
}
