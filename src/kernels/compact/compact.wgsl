// compact, last stage: each block writes the indices of its set flags.
//   flags [n] u32 · starts [blocks + 1] u32 · indices [n] u32, padded with zeros · count [1] u32
// Takes: workgroupIndex (shared/grid.wgsl).
const BLOCK = 256u;

struct Params {
  n: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> flags: array<u32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read_write> indices: array<u32>;
@group(0) @binding(4) var<storage, read_write> count: array<u32>;

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
  let total = starts[params.blocks];
  let to = min((block + 1u) * BLOCK, params.n);
  var at = starts[block];
  for (var i = block * BLOCK; i < to; i++) {
    if (flags[i] != 0u) {
      indices[at] = i;
      at++;
    }
    // Places after the last index get zeros from the block of flags at the same place.
    if (i >= total) {
      indices[i] = 0u;
    }
  }
  if (block == 0u) {
    count[0] = total;
  }
}
