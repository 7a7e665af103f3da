// Matrix product for GPUs: y[row, column] = sum_k x[row, k] w[column, k].
// A workgroup of 16 x 16 threads owns a tile of 64 (or, if not `tall`, 16) rows and 64 columns; a thread owns 4 (or 1)
// rows and 4 columns. Each step stages 16 terms of every row and column in workgroup memory as vec4s along k. A thread
// transposes the vec4s of its four columns in registers.
// In a staged quad the 64 rows (columns) are permuted, 4i + j at j * 16 + i, so that neighboring threads read
// neighboring vec4s. It takes 8 KiB of workgroup memory.
//
// The reduction runs over `params.taps` taps of `params.quads` vec4s. gemm.ts lists the parts.
// Takes: rowSource, loadX, tapSource, params.firstTile, params.endTile, params.rows, params.taps (the kernel).
// Takes: params.quads, params.columns (the kernel); channelTerms, store (shared/gemm/output.*.wgsl).
// Takes: rank4 (shared/gemm/rank4.wgsl); weightRow, loadWeight (shared/gemm/weight.*.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
override tall: bool = true;

var<workgroup> stagedX: array<vec4f, 256>; // [quad][64 rows]
var<workgroup> stagedW: array<vec4f, 256>; // [quad][64 columns]

fn slot(i: u32) -> u32 {
  return i % 4u * 16u + i / 4u;
}

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_id) thread: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let tile = params.firstTile + workgroupIndex(workgroup, workgroups);
  if (tile >= params.endTile) {
    return;
  }
  let tileRows = select(16u, 64u, tall);
  let tilesDown = (params.rows + tileRows - 1u) / tileRows;
  let firstRow = tile % tilesDown * tileRows;
  let firstColumn = tile / tilesDown * 64u;
  // What this thread stages: one quad of one row and of one column per step.
  let staged = lid / 4u;
  let stagedQuad = lid % 4u;
  let place = stagedQuad * 64u + slot(staged);
  let source = rowSource(min(firstRow + staged, params.rows - 1u));
  let column = firstColumn + staged;
  let weights = weightRow(column);
  let depth = params.taps * params.quads; // in vec4s

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var first = 0u; first < depth; first += 4u) {
    let quad = first + stagedQuad;
    var a = vec4f();
    var b = vec4f();
    if (quad < depth) {
      if (tall || staged < 16u) {
        a = loadX(tapSource(source, quad / params.quads), quad % params.quads);
      }
      if (column < params.columns) {
        b = loadWeight(weights, quad);
      }
    }
    stagedX[place] = a;
    stagedW[place] = b;
    workgroupBarrier();
    for (var q = 0u; q < 4u; q++) {
      let at = q * 64u + thread.x;
      let k = transpose(mat4x4f(stagedW[at], stagedW[at + 16u], stagedW[at + 32u], stagedW[at + 48u]));
      if (tall) {
        let row = q * 64u + thread.y;
        sum0 = rank4(sum0, stagedX[row], k[0], k[1], k[2], k[3]);
        sum1 = rank4(sum1, stagedX[row + 16u], k[0], k[1], k[2], k[3]);
        sum2 = rank4(sum2, stagedX[row + 32u], k[0], k[1], k[2], k[3]);
        sum3 = rank4(sum3, stagedX[row + 48u], k[0], k[1], k[2], k[3]);
      } else {
        sum0 = rank4(sum0, stagedX[q * 64u + slot(thread.y)], k[0], k[1], k[2], k[3]);
      }
    }
    workgroupBarrier();
  }

  let firstOwn = firstColumn + 4u * thread.x;
  let terms = channelTerms(firstOwn);
  if (tall) {
    let row = firstRow + 4u * thread.y;
    store(row, firstOwn, sum0, terms);
    store(row + 1u, firstOwn, sum1, terms);
    store(row + 2u, firstOwn, sum2, terms);
    store(row + 3u, firstOwn, sum3, terms);
  } else {
    store(firstRow + thread.y, firstOwn, sum0, terms);
  }
}
