// nonFinite: how many elements of each workgroup's share are NaN or infinite.
//   x [n] f32 or f16, as words of four at a time · counts [workgroups] u32
// The bits are looked at, because WGSL lets a compiler assume that comparisons never meet a NaN. Integer additions give
// the same sum in any order.
const WG = 64u;

override halves: bool = false; // two numbers in a word

struct Params {
  n: u32, // elements
  vectors: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

var<workgroup> total: atomic<u32>;

// Which of four numbers have an exponent of all ones.
fn bad(words: vec4u, exponent: u32) -> vec4<bool> {
  return (words & vec4u(exponent)) == vec4u(exponent);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  var count = vec4u(0u);
  for (var i = workgroup.x * WG + lid; i < params.vectors; i += workgroups.x * WG) {
    let words = x[i];
    // The last vec4 may extend beyond n.
    let lanes = 4u * i + vec4u(0u, 1u, 2u, 3u);
    if (halves) {
      count += select(vec4u(0u), vec4u(1u), bad(words, 0x7c00u) & (2u * lanes < vec4u(params.n)));
      count += select(vec4u(0u), vec4u(1u), bad(words, 0x7c000000u) & (2u * lanes + 1u < vec4u(params.n)));
    } else {
      count += select(vec4u(0u), vec4u(1u), bad(words, 0x7f800000u) & (lanes < vec4u(params.n)));
    }
  }
  atomicAdd(&total, count.x + count.y + count.z + count.w);
  workgroupBarrier();
  if (lid == 0u) {
    counts[workgroup.x] = atomicLoad(&total);
  }
}
