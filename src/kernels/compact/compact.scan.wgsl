// compact, second stage: where each block's indices begin. counts [blocks] u32 · starts [blocks + 1] u32, the last one
// is the number of all set flags. One workgroup; a thread owns a run of neighboring blocks.
const THREADS = 256u;

struct Params {
  n: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> counts: array<u32>;
@group(0) @binding(2) var<storage, read_write> starts: array<u32>;

var<workgroup> totals: array<u32, THREADS>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lid: u32) {
  let run = (params.blocks + THREADS - 1u) / THREADS;
  let first = min(lid * run, params.blocks);
  let end = min(first + run, params.blocks);
  var total = 0u;
  for (var i = first; i < end; i++) {
    total += counts[i];
  }
  totals[lid] = total;
  workgroupBarrier();
  var at = 0u;
  for (var i = 0u; i < lid; i++) {
    at += totals[i];
  }
  for (var i = first; i < end; i++) {
    starts[i] = at;
    at += counts[i];
  }
  if (lid == THREADS - 1u) {
    starts[params.blocks] = at;
  }
}
