// maskedStats, first half of each pass: sums over a block of points that are valid.
//   points [n, 3] · valid [n] u32 · mean [4] (read in the second pass) · sums [blocks] vec4 = x, y, z, count
// First pass: coordinates; second (`squares`): squared differences from the mean. One workgroup per block of `BLOCK`.
override wgSize: u32 = 64;
override squares: bool = false;

const BLOCK = 4096u;

struct Params {
  count: u32,
  blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> points: array<f32>;
@group(0) @binding(2) var<storage, read> valid: array<u32>;
@group(0) @binding(3) var<storage, read> mean: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>;

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
  let to = min((block + 1u) * BLOCK, params.count);
  var sum = vec4f();
  for (var i = block * BLOCK + lid; i < to; i += wgSize) {
    if (valid[i] == 0u) {
      continue;
    }
    var v = vec3f(points[3u * i], points[3u * i + 1u], points[3u * i + 2u]);
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
