// matmul: y = a b for each matrix of a batch; both operands are computed during the run.
//   a [batch, M, K] f32 · b [batch, K, N], or [batch, N, K] with transposeB, f32 or f16 · y [batch, M, N] f32
// A workgroup of 16 x 16 threads owns 64 (or, not `tall`, 16) rows and 64 columns; a thread owns 4 (or 1) rows and the
// columns x, x + 16, x + 32, x + 48 of the tile. 16 terms at a time are staged in workgroup memory, zeros outside the
// edges. 8 KiB.
// Takes: readB (matmul/second.*.wgsl); workgroupIndex (shared/grid.wgsl).
override transposeB: bool = false;
override tall: bool = true;

struct Params {
  M: u32,
  N: u32,
  K: u32,
  tilesDown: u32,
  tilesAcross: u32,
  tiles: u32, // of all matrices
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

var<workgroup> stagedA: array<f32, 1024>; // [16 terms][64 rows]
var<workgroup> stagedB: array<f32, 1024>; // [16 terms][64 columns]

fn loadA(batch: u32, row: u32, k: u32) -> f32 {
  if (row >= params.M || k >= params.K) {
    return 0.0;
  }
  return a[(batch * params.M + row) * params.K + k];
}

fn loadB(batch: u32, column: u32, k: u32) -> f32 {
  if (column >= params.N || k >= params.K) {
    return 0.0;
  }
  return readB(batch * params.N * params.K + select(k * params.N + column, column * params.K + k, transposeB));
}

fn store(batch: u32, row: u32, column: u32, sums: vec4f) {
  if (row >= params.M) {
    return;
  }
  var values = sums;
  for (var j = 0u; j < 4u; j++) {
    let n = column + 16u * j;
    if (n < params.N) {
      y[(batch * params.M + row) * params.N + n] = values[j];
    }
  }
}

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let tile = workgroupIndex(workgroup, workgroups);
  if (tile >= params.tiles) {
    return;
  }
  let perMatrix = params.tilesDown * params.tilesAcross;
  let batch = tile / perMatrix;
  let tileRows = select(16u, 64u, tall);
  let firstRow = tile % params.tilesDown * tileRows;
  let firstColumn = tile % perMatrix / params.tilesDown * 64u;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var first = 0u; first < params.K; first += 16u) {
    for (var i = lid; i < 16u * tileRows; i += 256u) {
      // Neighboring threads read neighboring terms of a row.
      stagedA[i % 16u * 64u + i / 16u] = loadA(batch, firstRow + i / 16u, first + i % 16u);
    }
    for (var i = lid; i < 1024u; i += 256u) {
      let column = select(i % 64u, i / 16u, transposeB);
      let term = select(i / 64u, i % 16u, transposeB);
      stagedB[term * 64u + column] = loadB(batch, firstColumn + column, first + term);
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      let at = k * 64u + thread.x;
      let w = vec4f(stagedB[at], stagedB[at + 16u], stagedB[at + 32u], stagedB[at + 48u]);
      let row = k * 64u + thread.y;
      sum0 = fma(vec4f(stagedA[row]), w, sum0);
      if (tall) {
        sum1 = fma(vec4f(stagedA[row + 16u]), w, sum1);
        sum2 = fma(vec4f(stagedA[row + 32u]), w, sum2);
        sum3 = fma(vec4f(stagedA[row + 48u]), w, sum3);
      }
    }
    workgroupBarrier();
  }
  let row = firstRow + thread.y;
  let column = firstColumn + thread.x;
  store(batch, row, column, sum0);
  if (tall) {
    store(batch, row + 16u, column, sum1);
    store(batch, row + 32u, column, sum2);
    store(batch, row + 48u, column, sum3);
  }
}
