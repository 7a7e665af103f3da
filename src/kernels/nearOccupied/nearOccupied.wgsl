// nearOccupied: which points of a lattice are still to be asked: not asked yet, and occupied or next to an occupied one.
//   occupied, asked [ceil(points / 32)] u32: a bit for each point of the grid, x slowest and z fastest
//   -> y [ceil(lattice points / 32)] u32: a bit for each point of the lattice, in the same order.
// The lattice takes every `stride`-th point of the grid along each axis, and the last one, so that it reaches the border.
// One thread per word of y: no two threads write to one word, so nothing has to be atomic.
struct Params {
  nx: u32,
  ny: u32,
  nz: u32,
  stride: u32,
  words: u32, // of y
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> occupied: array<u32>;
@group(0) @binding(2) var<storage, read> asked: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

// Index in the grid of a point of the lattice.
fn gridIndex(at: vec3u) -> u32 {
  let p = min(at * params.stride, vec3u(params.nx, params.ny, params.nz) - 1u);
  return (p.x * params.ny + p.y) * params.nz + p.z;
}

fn isAsked(at: vec3u) -> bool {
  let i = gridIndex(at);
  return ((asked[i >> 5u] >> (i & 31u)) & 1u) == 1u;
}

// Whether a point of the lattice or one of its neighbors, of which there are up to 26, is occupied.
fn isNear(at: vec3u, last: vec3u) -> bool {
  let low = max(at, vec3u(1u)) - 1u;
  let high = min(at + 1u, last);
  var found = 0u;
  for (var x = low.x; x <= high.x; x++) {
    for (var y = low.y; y <= high.y; y++) {
      for (var z = low.z; z <= high.z; z++) {
        let i = gridIndex(vec3u(x, y, z));
        found |= occupied[i >> 5u] >> (i & 31u);
      }
    }
  }
  return (found & 1u) == 1u;
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
  let last = (vec3u(params.nx, params.ny, params.nz) - 1u + params.stride - 1u) / params.stride;
  let size = last + 1u;
  let end = min(32u * word + 32u, size.x * size.y * size.z);
  var bits = 0u;
  for (var k = 32u * word; k < end; k++) {
    let at = vec3u(k / (size.y * size.z), k / size.z % size.y, k % size.z);
    if (!isAsked(at) && isNear(at, last)) {
      bits |= 1u << (k & 31u);
    }
  }
  y[word] = bits;
}
