// The matrix instructions of a GPU, as WGSL's experimental subgroup matrices: all threads of a subgroup call a function
// at once. matrixPart.twin.wgsl does the same in plain WGSL.
// Takes: FRAGMENT_ROWS (shared/gemm/matrixRows.*.wgsl); LANES, FRAGMENT_COLUMNS (shared/gemm/matrix.wgsl).
// Takes: down, across, STRIDE, SUM_STRIDE, staged, multiply (shared/gemm/matrix.wgsl).
// Takes: params.firstTile (the kernel); workgroupIndex (shared/grid.wgsl).
enable f16;
enable subgroups;
enable subgroup_size_control;
enable chromium_experimental_subgroup_matrix;

alias Left = subgroup_matrix_left < f16, FRAGMENT_COLUMNS, FRAGMENT_ROWS >;
alias Right = subgroup_matrix_right < f16, FRAGMENT_COLUMNS, FRAGMENT_COLUMNS >;
alias Sum = subgroup_matrix_result < f32, FRAGMENT_COLUMNS, FRAGMENT_ROWS >;

// Loads 16 terms of the rows whose first one starts at vec4u `at`.
fn loadLeft(at: u32) -> Left {
  return subgroupMatrixLoad < Left,
  row_major > (&staged, at, STRIDE);
}

// Loads 16 terms of the columns whose first one starts at vec4u `at`.
fn loadRight(at: u32) -> Right {
  return subgroupMatrixLoad < Right,
  col_major > (&staged, at, STRIDE);
}

fn multiplyAdd(left: Left, right: Right, sum: Sum) -> Sum {
  return subgroupMatrixMultiplyAccumulate(left, right, sum);
}

// Stores sums in lines of SUM_STRIDE vec4us, the first of which starts at vec4u `at`.
fn storeSum(at: u32, sum: Sum) {
  subgroupMatrixStore < row_major > (&staged, at, sum, SUM_STRIDE);
}

@compute @workgroup_size(LANES * down * across) @subgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  multiply(params.firstTile + workgroupIndex(workgroup, workgroups), lid, subgroup);
}
