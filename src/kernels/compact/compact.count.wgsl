// compact, first stage: how many flags of each block are set. flags [n] u32 as vec4s · counts [blocks] u32.
// One block of `BLOCK` flags per invocation: no barrier is needed, and the order is always kept.
// Takes: workgroupIndex (shared/grid.wgsl).
const BLOCK = 256u;

struct Params {
  n: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> flags: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let block = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (block >= params.blocks) {
    return;
  }
  let to = min((block + 1u) * BLOCK, params.n);
  var count = vec4u(0u);
  for (var i = block * BLOCK; i < to; i += 4u) {
    // The last vec4 may extend beyond n.
    let inside = vec4u(i) + vec4u(0u, 1u, 2u, 3u) < vec4u(to);
    count += select(vec4u(0u), vec4u(1u), inside & (flags[i / 4u] != vec4u(0u)));
  }
  counts[block] = count.x + count.y + count.z + count.w;
}
