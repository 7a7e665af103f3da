// Sum and maximum over a workgroup of `wgSize` threads, in a fixed order (same input, same bits).
// `wgSize` is a power of two.
// Takes: wgSize (the kernel).
var<workgroup> reduceScratch: array<f32, wgSize>;

fn workgroupSum(lid: u32, value: f32) -> f32 {
  reduceScratch[lid] = value;
  workgroupBarrier();
  for (var half = wgSize / 2u; half > 0u; half /= 2u) {
    if (lid < half) {
      reduceScratch[lid] += reduceScratch[lid + half];
    }
    workgroupBarrier();
  }
  let total = reduceScratch[0];
  workgroupBarrier();
  return total;
}

fn workgroupMax(lid: u32, value: f32) -> f32 {
  reduceScratch[lid] = value;
  workgroupBarrier();
  for (var half = wgSize / 2u; half > 0u; half /= 2u) {
    if (lid < half) {
      reduceScratch[lid] = max(reduceScratch[lid], reduceScratch[lid + half]);
    }
    workgroupBarrier();
  }
  let maximum = reduceScratch[0];
  workgroupBarrier();
  return maximum;
}
