// maskedStats, first half of each pass: sums over the valid points of a block of pixels.
//   points from shared/points.*.wgsl · mean [4] (read in the second pass) · sums [blocks] vec4 = x, y, z, count
// First pass: coordinates; second (`squares`): squared differences from the mean. One workgroup per block of `BLOCK`.
// Takes: workgroupIndex (shared/grid.wgsl); pointAt (shared/points.*.wgsl); workgroupSum4 (shared/reduce4.wgsl).
override wgSize: u32 = 64;
override squares: bool = false;

const BLOCK = 4096u;

struct Params {
  pixels: u32,
  W: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(4) var<storage, read> mean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> sums: array<vec4f>;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let block = workgroupIndex(workgroup, workgroups);
  if (block >= params.blocks) {
    return;
  }
  let end = min((block + 1u) * BLOCK, params.pixels);
  var sum = vec4f();
  for (var i = block * BLOCK + lid; i < end; i += wgSize) {
    let point = pointAt(i, params.W);
    if (!point.valid) {
      continue;
    }
    var v = point.xyz;
    if (squares) {
      v -= mean[0].xyz;
      v *= v;
    }
    sum += vec4f(v, 1.0);
  }
  let total = workgroupSum4(lid, sum);
  if (lid == 0u) {
    sums[block] = total;
  }
}
