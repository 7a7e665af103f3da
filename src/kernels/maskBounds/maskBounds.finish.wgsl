// maskBounds, second stage: one workgroup merges the rows.
//   rows [H] vec4u = first column, last column + 1, number of pixels, 0
//   bounds [5] u32 = top, bottom + 1, left, right + 1, number of pixels; (H, 0, W, 0, 0) for an empty mask
const THREADS = 64u;

struct Params {
  H: u32,
  W: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> rows: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> bounds: array<u32>;

var<workgroup> low: array<vec2u, THREADS>; // top, left
var<workgroup> high: array<vec3u, THREADS>; // bottom, right, count

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) lid: u32) {
  var lowest = vec2u(params.H, params.W);
  var highest = vec3u(0u);
  for (var y = lid; y < params.H; y += THREADS) {
    let row = rows[y];
    if (row.z > 0u) {
      lowest = min(lowest, vec2u(y, row.x));
      highest = vec3u(max(highest.xy, vec2u(y + 1u, row.y)), highest.z + row.z);
    }
  }
  low[lid] = lowest;
  high[lid] = highest;
  workgroupBarrier();
  if (lid != 0u) {
    return;
  }
  for (var i = 1u; i < THREADS; i++) {
    lowest = min(lowest, low[i]);
    highest = vec3u(max(highest.xy, high[i].xy), highest.z + high[i].z);
  }
  bounds[0] = lowest.x;
  bounds[1] = highest.x;
  bounds[2] = lowest.y;
  bounds[3] = highest.y;
  bounds[4] = highest.z;
}
