// Matrix product for software adapters with subgroups of exactly eight lanes:
//   y[row, column] = sum_k x[row, k] w[k, column]
// One workgroup is one subgroup and owns a tile of `tileRows` rows and 32 (or, if `wide`, 64) columns.
//
// Such adapters scalarize every buffer load into eight guarded loads, so each value is loaded once per subgroup: lane l
// loads four terms of row l (and of row l + 8), and `subgroupBroadcast` with a constant lane hands them to all lanes.
// It takes literals only, which is why the lines are written out. A lane owns four columns (and four more, 32 to the
// right). Weights come from a flat texture, whose loads do not branch. All loads of a step come before its arithmetic.
//
// The reduction runs over `params.taps` taps of `params.quads` vec4s: one tap in a plain product, one per element of
// the window in a convolution. gemm.ts lists the parts.
// Takes: rowSource, tapSource, loadX, params.firstTile, params.endTile, params.rows, params.taps (the kernel).
// Takes: params.quads (the kernel); channelTerms, store (shared/gemm/output.*.wgsl).
// Takes: panelStart, loadPanel (shared/gemm/panels.*.wgsl); rank4 (shared/gemm/rank4.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
enable subgroups;

override tileRows: u32 = 16; // 4, 8 or 16
override wide: bool = true;

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = params.firstTile + workgroupIndex(workgroup, workgroups);
  if (tile >= params.endTile) {
    return;
  }
  let tilesDown = (params.rows + tileRows - 1u) / tileRows;
  let columns = select(32u, 64u, wide);
  // Neighboring workgroups share a panel of weights.
  let firstRow = (tile % tilesDown) * tileRows;
  let firstColumn = (tile / tilesDown) * columns;
  let top = rowSource(min(firstRow + lane, params.rows - 1u));
  let bottom = rowSource(min(firstRow + lane + 8u, params.rows - 1u));
  let depth = params.taps * params.quads * 4u;
  let start = panelStart(firstColumn, depth) + lane;
  var left: array<vec4f, 16>;
  var right: array<vec4f, 16>;

  for (var tap = 0u; tap < params.taps; tap++) {
    let topTap = tapSource(top, tap);
    let bottomTap = tapSource(bottom, tap);
    for (var quad = 0u; quad < params.quads; quad++) {
      let a = loadX(topTap, quad);
      var b = vec4f();
      if (tileRows > 8u) {
        b = loadX(bottomTap, quad);
      }
      let k = (tap * params.quads + quad) * 4u;
      let w0 = loadPanel(start, depth, k);
      let w1 = loadPanel(start, depth, k + 1u);
      let w2 = loadPanel(start, depth, k + 2u);
      let w3 = loadPanel(start, depth, k + 3u);

      let a0 = subgroupBroadcast(a, 0u);
      let a1 = subgroupBroadcast(a, 1u);
      let a2 = subgroupBroadcast(a, 2u);
      let a3 = subgroupBroadcast(a, 3u);
      left[0] = rank4(left[0], a0, w0.left, w1.left, w2.left, w3.left);
      left[1] = rank4(left[1], a1, w0.left, w1.left, w2.left, w3.left);
      left[2] = rank4(left[2], a2, w0.left, w1.left, w2.left, w3.left);
      left[3] = rank4(left[3], a3, w0.left, w1.left, w2.left, w3.left);
      if (wide) {
        right[0] = rank4(right[0], a0, w0.right, w1.right, w2.right, w3.right);
        right[1] = rank4(right[1], a1, w0.right, w1.right, w2.right, w3.right);
        right[2] = rank4(right[2], a2, w0.right, w1.right, w2.right, w3.right);
        right[3] = rank4(right[3], a3, w0.right, w1.right, w2.right, w3.right);
      }
      if (tileRows > 4u) {
        let a4 = subgroupBroadcast(a, 4u);
        let a5 = subgroupBroadcast(a, 5u);
        let a6 = subgroupBroadcast(a, 6u);
        let a7 = subgroupBroadcast(a, 7u);
        left[4] = rank4(left[4], a4, w0.left, w1.left, w2.left, w3.left);
        left[5] = rank4(left[5], a5, w0.left, w1.left, w2.left, w3.left);
        left[6] = rank4(left[6], a6, w0.left, w1.left, w2.left, w3.left);
        left[7] = rank4(left[7], a7, w0.left, w1.left, w2.left, w3.left);
        if (wide) {
          right[4] = rank4(right[4], a4, w0.right, w1.right, w2.right, w3.right);
          right[5] = rank4(right[5], a5, w0.right, w1.right, w2.right, w3.right);
          right[6] = rank4(right[6], a6, w0.right, w1.right, w2.right, w3.right);
          right[7] = rank4(right[7], a7, w0.right, w1.right, w2.right, w3.right);
        }
      }
      if (tileRows > 8u) {
        let b0 = subgroupBroadcast(b, 0u);
        let b1 = subgroupBroadcast(b, 1u);
        let b2 = subgroupBroadcast(b, 2u);
        let b3 = subgroupBroadcast(b, 3u);
        let b4 = subgroupBroadcast(b, 4u);
        let b5 = subgroupBroadcast(b, 5u);
        let b6 = subgroupBroadcast(b, 6u);
        let b7 = subgroupBroadcast(b, 7u);
        left[8] = rank4(left[8], b0, w0.left, w1.left, w2.left, w3.left);
        left[9] = rank4(left[9], b1, w0.left, w1.left, w2.left, w3.left);
        left[10] = rank4(left[10], b2, w0.left, w1.left, w2.left, w3.left);
        left[11] = rank4(left[11], b3, w0.left, w1.left, w2.left, w3.left);
        left[12] = rank4(left[12], b4, w0.left, w1.left, w2.left, w3.left);
        left[13] = rank4(left[13], b5, w0.left, w1.left, w2.left, w3.left);
        left[14] = rank4(left[14], b6, w0.left, w1.left, w2.left, w3.left);
        left[15] = rank4(left[15], b7, w0.left, w1.left, w2.left, w3.left);
        if (wide) {
          right[8] = rank4(right[8], b0, w0.right, w1.right, w2.right, w3.right);
          right[9] = rank4(right[9], b1, w0.right, w1.right, w2.right, w3.right);
          right[10] = rank4(right[10], b2, w0.right, w1.right, w2.right, w3.right);
          right[11] = rank4(right[11], b3, w0.right, w1.right, w2.right, w3.right);
          right[12] = rank4(right[12], b4, w0.right, w1.right, w2.right, w3.right);
          right[13] = rank4(right[13], b5, w0.right, w1.right, w2.right, w3.right);
          right[14] = rank4(right[14], b6, w0.right, w1.right, w2.right, w3.right);
          right[15] = rank4(right[15], b7, w0.right, w1.right, w2.right, w3.right);
        }
      }
    }
  }

  // The loops index copies: an index known only at run time would keep the sums themselves out of registers. They count
  // rows of y, so that compilers know no limit: loops with one are unrolled, and then compile two to six times more
  // slowly, and with a residual the whole product runs half as fast.
  var leftSums = left;
  var rightSums = right;
  let end = min(firstRow + tileRows, params.rows);
  let column = firstColumn + 4u * lane;
  let leftTerms = channelTerms(column);
  for (var row = firstRow; row < end; row++) {
    store(row, column, leftSums[row - firstRow], leftTerms);
  }
  if (wide) {
    let rightTerms = channelTerms(column + 32u);
    for (var row = firstRow; row < end; row++) {
      store(row, column + 32u, rightSums[row - firstRow], rightTerms);
    }
  }
}
