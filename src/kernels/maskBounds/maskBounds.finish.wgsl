// maskBounds, second stage: one workgroup joins the rows.
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
  var least = vec2u(params.H, params.W);
  var most = vec3u(0u);
  for (var y = lid; y < params.H; y += THREADS) {
    let row = rows[y];
    if (row.z > 0u) {
      least = min(least, vec2u(y, row.x));
      most = vec3u(max(most.xy, vec2u(y + 1u, row.y)), most.z + row.z);
    }
  }
  low[lid] = least;
  high[lid] = most;
  workgroupBarrier();
  if (lid != 0u) {
    return;
  }
  for (var i = 1u; i < THREADS; i++) {
    least = min(least, low[i]);
    most = vec3u(max(most.xy, high[i].xy), most.z + high[i].z);
  }
  bounds[0] = least.x;
  bounds[1] = most.x;
  bounds[2] = least.y;
  bounds[3] = most.y;
  bounds[4] = most.z;
}
