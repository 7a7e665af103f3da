// nearOccupied: which points of a grid to query next: not queried yet, and next to an occupied one.
//   occupied, queried [words] u32: a bit for each point of the grid, x slowest and z fastest, lowest bit first
//   -> y [words] u32, likewise. Neighbors are the up to 26 points around one, and the point itself.
// One thread per word: no two threads write to one word, so nothing has to be atomic. Most of a grid is empty, so a
// thread looks at whole words first: 18 to 27 of them hold all neighbors of its points.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  nx: u32,
  ny: u32,
  nz: u32,
  words: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> occupied: array<u32>;
@group(0) @binding(2) var<storage, read> queried: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

// Whether a point of the grid or one of its neighbors is occupied.
fn isNear(at: vec3u, size: vec3u) -> bool {
  let low = max(at, vec3u(1u)) - 1u;
  let high = min(at + 1u, size - 1u);
  var found = 0u;
  for (var x = low.x; x <= high.x; x++) {
    for (var y = low.y; y <= high.y; y++) {
      for (var z = low.z; z <= high.z; z++) {
        let i = (x * size.y + y) * size.z + z;
        found |= occupied[i >> 5u] >> (i & 31u);
      }
    }
  }
  return (found & 1u) == 1u;
}

// Whether a point may be occupied among the neighbors of the 32 points from `first` on: false if none is.
fn mayBeNear(first: u32, size: vec3i) -> bool {
  let last = size.x * size.y * size.z - 1;
  var found = 0u;
  for (var x = -1; x <= 1; x++) {
    for (var y = -1; y <= 1; y++) {
      let low = i32(first) + (x * size.y + y) * size.z - 1;
      let end = min(low + 33, last) >> 5u;
      for (var word = max(low, 0) >> 5u; word <= end; word++) {
        found |= occupied[word];
      }
    }
  }
  return found != 0u;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let word = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (word >= params.words) {
    return;
  }
  let size = vec3u(params.nx, params.ny, params.nz);
  let known = queried[word];
  let first = 32u * word;
  // The last word may reach beyond the grid.
  var count = min(32u, size.x * size.y * size.z - first);
  if (known == 0xffffffffu || !mayBeNear(first, vec3i(size))) {
    count = 0u;
  }
  var bits = 0u;
  for (var bit = 0u; bit < count; bit++) {
    let i = first + bit;
    let at = vec3u(i / (size.y * size.z), i / size.z % size.y, i % size.z);
    if (((known >> bit) & 1u) == 0u && isNear(at, size)) {
      bits |= 1u << bit;
    }
  }
  y[word] = bits;
}
