// relativeTerms on subgroups of eight lanes: the q kT part of attention.subgroup8.wgsl with the position tables as keys.
//   q: flat texture · tables [terms, headDim]: flat texture · y [rows, heads, terms]
enable subgroups;

struct Params {
  rows: u32,
  heads: u32,
  terms: u32,
  strideQ: u32,
  fromQ: u32,
  vecs: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var q: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var tables: texture_storage_2d<rgba32float, read>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const ROWS = 8u;
const TILE = 32u;

fn texel(i: u32) -> vec2u {
  return vec2u(i & 1023u, i >> 10u);
}

fn store(row: u32, head: u32, t: vec4u, s: vec4f) {
  if (row >= params.rows) {
    return;
  }
  let base = (row * params.heads + head) * params.terms;
  for (var j = 0u; j < 4u; j++) {
    if (t[j] < params.terms) {
      y[base + t[j]] = s[j];
    }
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * ROWS;
  let head = workgroup.y;
  let qBase = (min(first + lane, params.rows - 1u) * params.strideQ + params.fromQ) / 4u + head * params.vecs;
  for (var start = 0u; start < params.terms; start += TILE) {
    let t = start + lane + vec4u(0u, 8u, 16u, 24u);
    let base = min(t, vec4u(params.terms - 1u)) * params.vecs;
    var s0 = vec4f();
    var s1 = vec4f();
    var s2 = vec4f();
    var s3 = vec4f();
    var s4 = vec4f();
    var s5 = vec4f();
    var s6 = vec4f();
    var s7 = vec4f();
    for (var i = 0u; i < params.vecs; i++) {
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
    store(first, head, t, s0);
    store(first + 1u, head, t, s1);
    store(first + 2u, head, t, s2);
    store(first + 3u, head, t, s3);
    store(first + 4u, head, t, s4);
    store(first + 5u, head, t, s5);
    store(first + 6u, head, t, s6);
    store(first + 7u, head, t, s7);
  }
}
