// textbook: y = a b as in textbooks, the yardstick for our own kernels.
//   a [M, K] · b [K, N] · y [M, N], f32
// A workgroup owns a tile of 16 x 16 results, an invocation one of them. Workgroup memory holds a tile of a and
// one of b.
struct Params {
  M: u32,
  K: u32,
  N: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

var<workgroup> tileA: array<array<f32, 16>, 16>;
var<workgroup> tileB: array<array<f32, 16>, 16>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(local_invocation_id) lid: vec3u) {
  let row = at.y;
  let column = at.x;
  var sum = 0.0;
  for (var first = 0u; first < params.K; first += 16u) {
    let kA = first + lid.x;
    let kB = first + lid.y;
    tileA[lid.y][lid.x] = select(0.0, a[row * params.K + kA], row < params.M && kA < params.K);
    tileB[lid.y][lid.x] = select(0.0, b[kB * params.N + column], kB < params.K && column < params.N);
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      sum += tileA[lid.y][k] * tileB[k][lid.x];
    }
    workgroupBarrier();
  }
  if (row < params.M && column < params.N) {
    y[row * params.N + column] = sum;
  }
}
