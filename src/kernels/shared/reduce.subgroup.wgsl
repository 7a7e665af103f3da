// Sum and maximum over a workgroup of `wgSize` threads, by subgroup operations: one barrier in place of
// log2(wgSize) + 2. The order is fixed (same input, same bits on one device).
//
// Subgroups may have any size, also one that differs from dispatch to dispatch or is larger than the workgroup, and any
// threads of the workgroup. So nothing is derived from numbers of lanes: one thread of each subgroup leaves the
// subgroup's result in workgroup memory, at its own place, and every subgroup then combines all places.
// Takes: wgSize (the kernel).
enable subgroups;

// Two for each thread, used in turns: the barrier of one reduction keeps the writes of the next but one from its reads.
var<workgroup> subgroupResults: array<vec2f, wgSize>;
var<private> turn: u32;

// Returns the place of a subgroup's first read, and the distance to the next: its threads share the places.
fn sharedPlaces() -> vec2u {
  return vec2u(subgroupExclusiveAdd(1u), subgroupAdd(1u));
}

// Leaves one number of each subgroup, and `neutral` at all other places.
fn leaveResult(lid: u32, result: f32, neutral: f32) {
  turn ^= 1u;
  subgroupResults[lid][turn] = select(neutral, result, subgroupElect());
  workgroupBarrier();
}

fn workgroupSum(lid: u32, value: f32) -> f32 {
  leaveResult(lid, subgroupAdd(value), 0.0);
  let places = sharedPlaces();
  var sum = 0.0;
  for (var i = places.x; i < wgSize; i += places.y) {
    sum += subgroupResults[i][turn];
  }
  return subgroupAdd(sum);
}

fn workgroupMax(lid: u32, value: f32) -> f32 {
  leaveResult(lid, subgroupMax(value), -3.4028234e38);
  let places = sharedPlaces();
  var maximum = -3.4028234e38;
  for (var i = places.x; i < wgSize; i += places.y) {
    maximum = max(maximum, subgroupResults[i][turn]);
  }
  return subgroupMax(maximum);
}
