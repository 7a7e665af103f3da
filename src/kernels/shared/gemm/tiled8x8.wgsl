// Matrix product for GPUs, for large products: y[row, column] = sum_k x[row, k] w[column, k].
// A workgroup of rowSide x columnSide threads owns a tile of 8 rowSide rows and 8 columnSide columns; a thread owns
// 8 x 8 results: rows y, y + rowSide, ... and columns 4x .. 4x + 3 of both halves of the tile. So a vec4 that is loaded
// from workgroup memory serves 16 multiply-adds, twice as many as with 4 x 4 results. Each step stages 16 terms of
// every row and column as vec4s along k. The largest tile, 128 x 128, takes 16 KiB.
//
// Where a quad of a row lies depends on which quad it is (`rowLane`, `columnLane`), so that neither stores nor loads of
// neighboring threads meet in one bank of workgroup memory.
//
// Taps are the outer loop: what depends on a tap alone is computed once for it. Instead of rows and columns after the
// last one, the last is read again and not stored.
// Takes: rowSource, loadX, tapSource, params.firstTile, params.endTile, params.rows, params.taps (the kernel).
// Takes: params.quads, params.columns (the kernel); channelTerms, store (shared/gemm/output.*.wgsl).
// Takes: rank4 (shared/gemm/rank4.wgsl); weightRow, loadWeight (shared/gemm/weight.*.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
override rowSide: u32 = 16; // 8 or 16
override columnSide: u32 = 16;

const STEP = 4u; // quads of a step
const OWN = 8u; // rows and columns of a thread

// [quad][row] and [quad][column], cut into pieces of 16. Which piece a thread reads is known when the program is
// compiled, so that the check of its index within the piece is the same for many pieces.
var<workgroup> stagedX: array<array<vec4f, 16>, STEP * OWN * rowSide / 16u>;
var<workgroup> stagedW: array<array<vec4f, 16>, STEP * OWN * columnSide / 16u>;

// Returns the lane of a thread's y (or x) in a quad, of which there are as many as threads.
fn rowLane(quad: u32, y: u32) -> u32 {
  return y ^ (2u * quad);
}

fn columnLane(quad: u32, j: u32, x: u32) -> u32 {
  return x ^ quad ^ (4u * (j & 1u));
}

// Returns where quad `quad` of a row is staged.
fn rowPlace(quad: u32, row: u32) -> u32 {
  return (quad * OWN + row / rowSide) * rowSide + rowLane(quad, row & (rowSide - 1u));
}

// Returns where quad `quad` of a column is staged.
fn columnPlace(quad: u32, column: u32) -> u32 {
  let half = column / (4u * columnSide);
  let j = column & 3u;
  let x = (column / 4u) & (columnSide - 1u);
  return (quad * OWN + 4u * half + j) * columnSide + columnLane(quad, j, x);
}

fn stagedRow(quad: u32, i: u32, y: u32) -> vec4f {
  let first = (quad * OWN + i) * rowSide;
  return stagedX[first / 16u][(first & 15u) + rowLane(quad, y)];
}

fn stagedColumn(quad: u32, i: u32, x: u32) -> vec4f {
  let first = (quad * OWN + i) * columnSide;
  return stagedW[first / 16u][(first & 15u) + columnLane(quad, i, x)];
}

// A quad of four columns of a thread, as four vec4s of terms.
fn columnTerms(quad: u32, half: u32, x: u32) -> mat4x4f {
  return transpose(
    mat4x4f(
      stagedColumn(quad, 4u * half + 0u, x),
      stagedColumn(quad, 4u * half + 1u, x),
      stagedColumn(quad, 4u * half + 2u, x),
      stagedColumn(quad, 4u * half + 3u, x),
    ),
  );
}

// The sums of a thread: rows by the left and the right four columns.
var<private> left: array<vec4f, OWN>;
var<private> right: array<vec4f, OWN>;

// Adds the terms of a staged quad. It is called with literals, so that pieces are known when it is compiled.
fn addQuad(quad: u32, x: u32, y: u32) {
  let l = columnTerms(quad, 0u, x);
  let r = columnTerms(quad, 1u, x);
  for (var i = 0u; i < OWN; i++) {
    let a = stagedRow(quad, i, y);
    left[i] = rank4(left[i], a, l[0], l[1], l[2], l[3]);
    right[i] = rank4(right[i], a, r[0], r[1], r[2], r[3]);
  }
}

@compute @workgroup_size(columnSide, rowSide)
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
  let tilesDown = (params.rows + OWN * rowSide - 1u) / (OWN * rowSide);
  let firstRow = tile % tilesDown * OWN * rowSide;
  let firstColumn = tile / tilesDown * OWN * columnSide;
  // What this thread stages in each step: a quad of 2 or 4 rows and columns.
  let stagedQuad = lid & (STEP - 1u);
  let stride = rowSide * columnSide / STEP;
  let staged = vec4u(0u, stride, 2u * stride, 3u * stride) + lid / STEP;
  let rows = min(firstRow + staged, vec4u(params.rows - 1u));
  let columns = min(firstColumn + staged, vec4u(params.columns - 1u));
  let source0 = rowSource(rows.x);
  let source1 = rowSource(rows.y);
  let source2 = rowSource(rows.z);
  let source3 = rowSource(rows.w);
  let weights = vec4u(weightRow(columns.x), weightRow(columns.y), weightRow(columns.z), weightRow(columns.w));
  let placeX = vec4u(
    rowPlace(stagedQuad, staged.x),
    rowPlace(stagedQuad, staged.y),
    rowPlace(stagedQuad, staged.z),
    rowPlace(stagedQuad, staged.w),
  );
  let placeW = vec4u(
    columnPlace(stagedQuad, staged.x),
    columnPlace(stagedQuad, staged.y),
    columnPlace(stagedQuad, staged.z),
    columnPlace(stagedQuad, staged.w),
  );
  let fourRows = columnSide == 8u;
  let fourColumns = rowSide == 8u;

  for (var tap = 0u; tap < params.taps; tap++) {
    let tap0 = tapSource(source0, tap);
    let tap1 = tapSource(source1, tap);
    let tap2 = tapSource(source2, tap);
    let tap3 = tapSource(source3, tap);
    let weightQuad = tap * params.quads;
    for (var first = 0u; first < params.quads; first += STEP) {
      // Terms after the end of a run are zeros in x.
      let quad = min(first + stagedQuad, params.quads - 1u);
      let inside = first + stagedQuad == quad;
      let a0 = select(vec4f(), loadX(tap0, quad), inside);
      let a1 = select(vec4f(), loadX(tap1, quad), inside);
      let b0 = loadWeight(weights.x, weightQuad + quad);
      let b1 = loadWeight(weights.y, weightQuad + quad);
      var a2 = vec4f();
      var a3 = vec4f();
      var b2 = vec4f();
      var b3 = vec4f();
      if (fourRows) {
        a2 = select(vec4f(), loadX(tap2, quad), inside);
        a3 = select(vec4f(), loadX(tap3, quad), inside);
      }
      if (fourColumns) {
        b2 = loadWeight(weights.z, weightQuad + quad);
        b3 = loadWeight(weights.w, weightQuad + quad);
      }
      workgroupBarrier();
      stagedX[placeX.x / 16u][placeX.x & 15u] = a0;
      stagedX[placeX.y / 16u][placeX.y & 15u] = a1;
      stagedW[placeW.x / 16u][placeW.x & 15u] = b0;
      stagedW[placeW.y / 16u][placeW.y & 15u] = b1;
      if (fourRows) {
        stagedX[placeX.z / 16u][placeX.z & 15u] = a2;
        stagedX[placeX.w / 16u][placeX.w & 15u] = a3;
      }
      if (fourColumns) {
        stagedW[placeW.z / 16u][placeW.z & 15u] = b2;
        stagedW[placeW.w / 16u][placeW.w & 15u] = b3;
      }
      workgroupBarrier();
      addQuad(0u, thread.x, thread.y);
      addQuad(1u, thread.x, thread.y);
      addQuad(2u, thread.x, thread.y);
      addQuad(3u, thread.x, thread.y);
    }
  }

  let column = firstColumn + 4u * thread.x;
  let leftTerms = channelTerms(column);
  let rightTerms = channelTerms(column + 4u * columnSide);
  for (var i = 0u; i < OWN; i++) {
    let row = firstRow + thread.y + i * rowSide;
    store(row, column, left[i], leftTerms);
    store(row, column + 4u * columnSide, right[i], rightTerms);
  }
}
