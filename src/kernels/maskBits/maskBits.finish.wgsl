// maskBits, second stage: one workgroup per mask merges what its words cover.
//   bits [B, w, words] u32 · parts [B, words, w] vec4u, from the first stage
//   stats [B, 7] u32 = top, bottom + 1, left, right + 1, area, above, below; (h, 0, w, 0, 0, ..) for an empty mask
const THREADS = 128u;

struct Params {
  h: u32,
  w: u32,
  words: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> bits: array<u32>;
@group(0) @binding(3) var<storage, read_write> stats: array<u32>;

var<workgroup> edges: array<vec4u, THREADS>; // top, bottom + 1, left, right + 1
var<workgroup> counts: array<vec3u, THREADS>; // area, above, below

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lid: u32) {
  let size = params.words * params.w;
  let first = workgroup.x * size;
  var edge = vec4u(params.h, 0u, params.w, 0u);
  var count = vec3u(0u);
  for (var i = lid; i < size; i += THREADS) {
    let part = parts[first + i];
    if (part.y > 0u) {
      let j = i % params.w;
      edge = vec4u(min(edge.x, part.x), max(edge.y, part.y), min(edge.z, j), max(edge.w, j + 1u));
    }
    count += vec3u(countOneBits(bits[first + i]), part.zw);
  }
  edges[lid] = edge;
  counts[lid] = count;
  workgroupBarrier();
  if (lid != 0u) {
    return;
  }
  for (var i = 1u; i < THREADS; i++) {
    let other = edges[i];
    edge = vec4u(min(edge.x, other.x), max(edge.y, other.y), min(edge.z, other.z), max(edge.w, other.w));
    count += counts[i];
  }
  let at = workgroup.x * 7u;
  for (var k = 0u; k < 4u; k++) {
    stats[at + k] = edge[k];
  }
  for (var k = 0u; k < 3u; k++) {
    stats[at + 4u + k] = count[k];
  }
}
