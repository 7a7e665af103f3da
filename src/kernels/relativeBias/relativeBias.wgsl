// relativeBias: y[head, q, k] = table[entry(q, k), head]; token 0 is the class token, h x w patches follow
//   table [(2h - 1)(2w - 1) + 3, heads] · y [heads, N, N], N = 1 + h w
// The entry of two patches depends on their offset. The last three entries are for the class token as the query, as the
// key, and as both.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  heads: u32,
  N: u32,
  h: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

const wgSize = 64u;

fn entry(q: u32, k: u32) -> u32 {
  let area = (2u * params.h - 1u) * (2u * params.w - 1u);
  if (q == 0u) {
    return area + select(0u, 2u, k == 0u);
  }
  if (k == 0u) {
    return area + 1u;
  }
  let down = (q - 1u) / params.w + params.h - 1u - (k - 1u) / params.w;
  let right = (q - 1u) % params.w + params.w - 1u - (k - 1u) % params.w;
  return down * (2u * params.w - 1u) + right;
}

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (index >= params.count) {
    return;
  }
  let k = index % params.N;
  let q = (index / params.N) % params.N;
  let head = index / (params.N * params.N);
  y[index] = table[entry(q, k) * params.heads + head];
}
