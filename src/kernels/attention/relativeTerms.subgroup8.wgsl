// relativeTerms for subgroups of eight lanes: like q kT in attention.subgroup8.wgsl, with the position tables as keys.
//   q, tables [2h - 1 + 2w - 1, headDim]: flat textures · terms [rows, heads, h' + w'], y of relativeTerms.wgsl
// A query needs about half of the products; the others are dropped. The padding of h' and w' is not written: its values
// are never used.
// Takes: roundedUp, placeOf, params.rows, params.height, params.width (attention/relativeTerms.params.wgsl).
// Takes: params.heads, params.headDim, params.strideQ, params.fromQ (attention/relativeTerms.params.wgsl).
// Takes: Keys, scores (attention/rows8.wgsl).
enable subgroups;

@group(0) @binding(1) var q: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var tables: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var<storage, read_write> terms: array<f32>;

const ROWS = 8u;
const TILE = 32u;

fn texel(i: u32) -> vec2u {
  return vec2u(i & 1023u, i >> 10u);
}

// Stores the products of a query with table rows `t`, each at the position of its key.
fn store(row: u32, head: u32, place: vec2u, t: vec4u, s: vec4f) {
  if (row >= params.rows) {
    return;
  }
  let h = params.height;
  let w = params.width;
  let rows = roundedUp(h);
  let base = (row * params.heads + head) * (rows + roundedUp(w));
  for (var j = 0u; j < 4u; j++) {
    // A negative position wraps to a large number, which is outside the grid as well.
    let y = place.y + h - 1u - t[j];
    let x = place.x + w - 1u - (t[j] - (2u * h - 1u));
    if (t[j] < 2u * h - 1u) {
      if (y < h) {
        terms[base + y] = s[j];
      }
    } else if (x < w) {
      terms[base + rows + x] = s[j];
    }
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * ROWS;
  let head = workgroup.y;
  let vecs = params.headDim / 4u;
  let count = 2u * params.height - 1u + 2u * params.width - 1u;
  let row = min(first + lane, params.rows - 1u); // of this lane
  let qBase = (row * params.strideQ + params.fromQ) / 4u + head * vecs;
  let place = placeOf(row);
  for (var start = 0u; start < count; start += TILE) {
    let t = start + lane + vec4u(0u, 8u, 16u, 24u);
    let base = min(t, vec4u(count - 1u)) * vecs;
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    var s4 = vec4f();
    var s5 = vec4f();
    var s6 = vec4f();
    var s7 = vec4f();
    for (var i = 0u; i < vecs; i++) {
      let rows = textureLoad(q, texel(qBase + i));
      let keys = Keys(
        textureLoad(tables, texel(base.x + i)),
        textureLoad(tables, texel(base.y + i)),
        textureLoad(tables, texel(base.z + i)),
        textureLoad(tables, texel(base.w + i)),
      );
      s0 = scores(subgroupBroadcast(rows, 0u), keys, s0);
      s1 = scores(subgroupBroadcast(rows, 1u), keys, s1);
      s2 = scores(subgroupBroadcast(rows, 2u), keys, s2);
      s3 = scores(subgroupBroadcast(rows, 3u), keys, s3);
      s4 = scores(subgroupBroadcast(rows, 4u), keys, s4);
      s5 = scores(subgroupBroadcast(rows, 5u), keys, s5);
      s6 = scores(subgroupBroadcast(rows, 6u), keys, s6);
      s7 = scores(subgroupBroadcast(rows, 7u), keys, s7);
    }
    store(first, head, subgroupBroadcast(place, 0u), t, s0);
    store(first + 1u, head, subgroupBroadcast(place, 1u), t, s1);
    store(first + 2u, head, subgroupBroadcast(place, 2u), t, s2);
    store(first + 3u, head, subgroupBroadcast(place, 3u), t, s3);
    store(first + 4u, head, subgroupBroadcast(place, 4u), t, s4);
    store(first + 5u, head, subgroupBroadcast(place, 5u), t, s5);
    store(first + 6u, head, subgroupBroadcast(place, 6u), t, s6);
    store(first + 7u, head, subgroupBroadcast(place, 7u), t, s7);
  }
}
