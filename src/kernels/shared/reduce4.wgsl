// Sum of vec4s over a workgroup of `wgSize` threads, in a fixed order (same input, same bits).
// `wgSize` is a power of two.
// Takes: wgSize (the kernel).
var<workgroup> reduceScratch4: array<vec4f, wgSize>;

fn workgroupSum4(lid: u32, value: vec4f) -> vec4f {
  reduceScratch4[lid] = value;
  workgroupBarrier();
  for (var half = wgSize / 2u; half > 0u; half /= 2u) {
    if (lid < half) {
      reduceScratch4[lid] += reduceScratch4[lid + half];
    }
    workgroupBarrier();
  }
  let total = reduceScratch4[0];
  workgroupBarrier();
  return total;
}
