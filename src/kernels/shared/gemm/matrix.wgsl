// Matrix product for GPUs with matrix instructions: y[row, column] = sum_k x[row, k] w[column, k]. Both operands are
// halves: x is rounded when it is staged, w when it was packed. Sums are f32.
// A workgroup of down x across subgroups owns a tile of y, and each subgroup a block of it, 64 x 32, as fragments that
// a matrix instruction computes. Each step stages 32 terms of every row and column of the tile, eight to a vec4u. The
// largest tile, 128 x 128, takes 20 KiB.
//
// A staged row is one vec4u longer than its terms, so that the rows of a fragment lie in different banks of workgroup
// memory. After the last step the same memory takes sums to the threads that store them.
//
// Taps are the outer loop: what depends on a tap alone is computed once for it. Instead of rows and columns after the
// last one, the last is read again and not stored.
// Takes: FRAGMENT_ROWS (shared/gemm/matrixRows.*.wgsl).
// Takes: Sum, loadLeft, loadRight, multiplyAdd, storeSum (shared/gemm/matrixPart.*.wgsl).
// Takes: rowSource, loadX, tapSource, params.endTile, params.rows, params.taps (the kernel).
// Takes: params.quads, params.columns (the kernel); channelTerms, store (shared/gemm/output.*.wgsl).
// Takes: weightRow, loadHalves (shared/gemm/weight.f16.wgsl).
enable f16;

override down: u32 = 2; // subgroups of a tile: 1 or 2
override across: u32 = 4; // 2 or 4

const LANES = 32u; // threads of a subgroup
const FRAGMENT_COLUMNS = 16u; // and terms
const BLOCK_ROWS = 64u;
const BLOCK_COLUMNS = 32u;
const DOWN = BLOCK_ROWS / FRAGMENT_ROWS; // fragments of a block
const ACROSS = BLOCK_COLUMNS / FRAGMENT_COLUMNS;
const STEP = 4u; // vec4us of terms
const STRIDE = STEP + 1u;
const SUM_STRIDE = BLOCK_COLUMNS / 4u + 1u;
const LARGEST_HALF = 65504.0;

// The rows of the tile, then its columns.
var<workgroup> staged: array<vec4u, STRIDE * (BLOCK_ROWS * down + BLOCK_COLUMNS * across)>;

// Returns halves that neighbor the numbers; outside their range the largest one, and NaN for NaN. The test is on
// integers, because WGSL may assume that there are no NaNs.
fn toHalves(v: vec4f) -> vec2u {
  let limited = clamp(v, vec4f(-LARGEST_HALF), vec4f(LARGEST_HALF));
  let isNumber = (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) <= vec4u(0x7f800000u);
  return bitcast<vec2u>(vec4<f16>(select(v, limited, isNumber)));
}

// Two neighboring quads of a run as staged terms. Those after the end of the run are zeros.
fn termsOf(first: vec4f, second: vec4f, inside: vec2<bool>) -> vec4u {
  return vec4u(toHalves(select(vec4f(), first, inside.x)), toHalves(select(vec4f(), second, inside.y)));
}

// Returns eight weights of a row. Those after the end of a run are others, and meet zeros of x.
fn weightTerms(row: u32, quads: vec2u) -> vec4u {
  return vec4u(loadHalves(row, quads.x), loadHalves(row, quads.y));
}

// Computes a tile. `lid` is the thread in the workgroup, `subgroup` its subgroup.
fn multiply(tile: u32, lid: u32, subgroup: u32) {
  if (tile >= params.endTile) {
    return;
  }
  let tilesDown = (params.rows + BLOCK_ROWS * down - 1u) / (BLOCK_ROWS * down);
  let firstRow = tile % tilesDown * BLOCK_ROWS * down;
  let firstColumn = tile / tilesDown * BLOCK_COLUMNS * across;
  // What this thread stages in each step: eight terms of 2 or 4 rows and columns.
  let octet = lid % STEP;
  let stride = LANES * down * across / STEP;
  let own = vec4u(0u, stride, 2u * stride, 3u * stride) + lid / STEP;
  let rows = min(firstRow + own, vec4u(params.rows - 1u));
  let columns = min(firstColumn + own, vec4u(params.columns - 1u));
  let source0 = rowSource(rows.x);
  let source1 = rowSource(rows.y);
  let source2 = rowSource(rows.z);
  let source3 = rowSource(rows.w);
  let weights = vec4u(weightRow(columns.x), weightRow(columns.y), weightRow(columns.z), weightRow(columns.w));
  let placeX = own * STRIDE + octet;
  let stagedColumns = BLOCK_ROWS * down * STRIDE;
  let placeW = stagedColumns + placeX;
  let fourRows = across == 2u;
  let fourColumns = down == 1u;
  // What this subgroup multiplies.
  let left = subgroup / across * BLOCK_ROWS * STRIDE;
  let right = stagedColumns + subgroup % across * BLOCK_COLUMNS * STRIDE;

  var sums = array<Sum, DOWN * ACROSS>();
  for (var tap = 0u; tap < params.taps; tap++) {
    let tap0 = tapSource(source0, tap);
    let tap1 = tapSource(source1, tap);
    let tap2 = tapSource(source2, tap);
    let tap3 = tapSource(source3, tap);
    let weightQuad = tap * params.quads;
    for (var first = 0u; first < params.quads; first += 2u * STEP) {
      let wanted = first + 2u * octet + vec2u(0u, 1u);
      let quads = min(wanted, vec2u(params.quads - 1u));
      let inside = quads == wanted;
      let a0 = termsOf(loadX(tap0, quads.x), loadX(tap0, quads.y), inside);
      let a1 = termsOf(loadX(tap1, quads.x), loadX(tap1, quads.y), inside);
      let b0 = weightTerms(weights.x, weightQuad + quads);
      let b1 = weightTerms(weights.y, weightQuad + quads);
      var a2 = vec4u();
      var a3 = vec4u();
      var b2 = vec4u();
      var b3 = vec4u();
      if (fourRows) {
        a2 = termsOf(loadX(tap2, quads.x), loadX(tap2, quads.y), inside);
        a3 = termsOf(loadX(tap3, quads.x), loadX(tap3, quads.y), inside);
      }
      if (fourColumns) {
        b2 = weightTerms(weights.z, weightQuad + quads);
        b3 = weightTerms(weights.w, weightQuad + quads);
      }
      workgroupBarrier();
      staged[placeX.x] = a0;
      staged[placeX.y] = a1;
      staged[placeW.x] = b0;
      staged[placeW.y] = b1;
      if (fourRows) {
        staged[placeX.z] = a2;
        staged[placeX.w] = a3;
      }
      if (fourColumns) {
        staged[placeW.z] = b2;
        staged[placeW.w] = b3;
      }
      workgroupBarrier();
      for (var octets = 0u; octets < STEP; octets += 2u) {
        let columns0 = loadRight(right + octets);
        let columns1 = loadRight(right + octets + FRAGMENT_COLUMNS * STRIDE);
        for (var i = 0u; i < DOWN; i++) {
          let block = loadLeft(left + octets + i * FRAGMENT_ROWS * STRIDE);
          sums[ACROSS * i] = multiplyAdd(block, columns0, sums[ACROSS * i]);
          sums[ACROSS * i + 1u] = multiplyAdd(block, columns1, sums[ACROSS * i + 1u]);
        }
      }
    }
  }

  // A line of fragments goes through workgroup memory at a time. 32 threads store it, four columns each.
  let sumsOf = FRAGMENT_ROWS * SUM_STRIDE;
  let block = lid / LANES;
  let line = lid % LANES / 8u;
  let row = firstRow + block / across * BLOCK_ROWS + line;
  let column = firstColumn + block % across * BLOCK_COLUMNS + 4u * (lid % 8u);
  let place = block * sumsOf + line * SUM_STRIDE + lid % 8u;
  let terms = channelTerms(column);
  for (var i = 0u; i < DOWN; i++) {
    workgroupBarrier();
    storeSum(subgroup * sumsOf, sums[ACROSS * i]);
    storeSum(subgroup * sumsOf + FRAGMENT_COLUMNS / 4u, sums[ACROSS * i + 1u]);
    workgroupBarrier();
    for (var below = 0u; below < FRAGMENT_ROWS; below += 4u) {
      let sum = bitcast<vec4f>(staged[place + below * SUM_STRIDE]);
      store(row + i * FRAGMENT_ROWS + below, column, sum, terms);
    }
  }
}
