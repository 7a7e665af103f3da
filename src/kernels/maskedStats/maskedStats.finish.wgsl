// maskedStats, second half of each pass: one workgroup adds the sums of all blocks.
//   sums [blocks] vec4 = x, y, z, count · mean [4] (read in the second pass)
//   First pass: result [4] = mean x, y, z, count.
//   Second (`squares`): result [8] = mean x, y, z, count, standard deviation x, y, z (unbiased), mean of the three.
// Takes: workgroupSum4 (shared/reduce4.wgsl).
override wgSize: u32 = 64;
override squares: bool = false;

struct Params {
  blocks: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<vec4f>;
@group(0) @binding(2) var<storage, read> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f>;

@compute @workgroup_size(wgSize)
fn main(@builtin(local_invocation_index) lid: u32) {
  var sum = vec4f();
  for (var i = lid; i < params.blocks; i += wgSize) {
    sum += sums[i];
  }
  let total = workgroupSum4(lid, sum);
  if (lid != 0u) {
    return;
  }
  if (squares) {
    let deviation = sqrt(total.xyz / max(total.w - 1.0, 1.0));
    result[0] = mean[0];
    result[1] = vec4f(deviation, (deviation.x + deviation.y + deviation.z) / 3.0);
  } else {
    result[0] = vec4f(total.xyz / max(total.w, 1.0), total.w);
  }
}
