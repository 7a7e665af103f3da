// renderMesh, cover: which triangle each sample of the picture shows. First pass (`own` = false): the inverse depth of
// the nearest triangle. Second pass: of the triangles that lie there, up to rounding, the one that comes first.
//   screen [n] vec4 (renderMesh.project.wgsl) · triangles [m, 3]
//   nearest [samples] u32: steps of near / depth, 0 where there is nothing · owner [samples] u32: triangle, or NOBODY
// A workgroup takes 64 triangles. Each invocation visits the samples of a small one; all together visit those of the
// large ones, of which every workgroup along z takes a share: a mesh of few triangles keeps many workgroups busy.
// Takes: triangleOf, Triangle, weightsAt, inverseDepthAt, placeOf, sampleSize (renderMesh/triangles.wgsl).
// Takes: DEPTH_STEPS, params.m, params.origin (renderMesh/triangles.wgsl); workgroupIndex (shared/grid.wgsl).
override own: bool = false;

@group(0) @binding(1) var<storage, read> screen: array<vec4f>;
@group(0) @binding(2) var<storage, read> triangles: array<u32>;
@group(0) @binding(3) var<storage, read_write> nearest: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> owner: array<atomic<u32>>;

const UNIT_BITS = vec2u(8u); // a sample has 2^8 units
const SMALL = 256; // samples of the largest triangle that one invocation visits alone
// Inverse depths of neighbors that meet at an edge differ by rounding. The triangle that comes first has the edge.
const SLACK = 16u;

var<workgroup> large: array<u32, 64>;
var<workgroup> largeCount: atomic<u32>;

// The samples that a triangle may cover: corner and size of a rectangle.
struct Box {
  low: vec2i,
  size: vec2i,
}

fn boxOf(triangle: Triangle) -> Box {
  let low = (min(min(triangle.a, triangle.b), triangle.c) - params.origin) >> UNIT_BITS;
  let high = ((max(max(triangle.a, triangle.b), triangle.c) - params.origin) >> UNIT_BITS) + 1;
  let inside = max(low, vec2i());
  return Box(inside, max(min(high, sampleSize()) - inside, vec2i()));
}

fn load(i: u32) -> Triangle {
  return triangleOf(screen[triangles[3u * i]], screen[triangles[3u * i + 1u]], screen[triangles[3u * i + 2u]]);
}

fn visit(i: u32, triangle: Triangle, sample: vec2i) {
  let weights = weightsAt(triangle, placeOf(sample));
  if (any(weights < vec3f())) {
    return;
  }
  let steps = u32(inverseDepthAt(triangle, weights) * DEPTH_STEPS);
  let at = u32(sample.y * sampleSize().x + sample.x);
  if (!own) {
    atomicMax(&nearest[at], steps);
  } else if (steps + SLACK >= atomicLoad(&nearest[at])) {
    atomicMin(&owner[at], i);
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i < params.m) {
    let triangle = load(i);
    if (!triangle.empty) {
      let box = boxOf(triangle);
      if (box.size.x * box.size.y > SMALL) {
        large[atomicAdd(&largeCount, 1u)] = i;
      } else if (workgroup.z == 0u) {
        for (var y = 0; y < box.size.y; y++) {
          for (var x = 0; x < box.size.x; x++) {
            visit(i, triangle, box.low + vec2i(x, y));
          }
        }
      }
    }
  }
  workgroupBarrier();
  let count = atomicLoad(&largeCount);
  for (var k = 0u; k < count; k++) {
    let triangle = load(large[k]);
    let box = boxOf(triangle);
    let end = box.size.x * box.size.y;
    for (var s = i32(64u * workgroup.z + lid); s < end; s += i32(64u * workgroups.z)) {
      visit(large[k], triangle, box.low + vec2i(s % box.size.x, s / box.size.x));
    }
  }
}
