// linear: y[row, column] = residual + scale * activation(sum_k x[row, k] w[column, k] + bias), a linear layer.
//   x [rows, inner] · w [columns, inner] · bias, scale [columns] · residual, y [rows, columns]
// The loops are in shared/gemm/tiled.wgsl and shared/gemm/subgroup8.wgsl; this file says where the
// elements of x and y are.
// Takes: readX (shared/gemm/input.*.wgsl).
struct Params {
  rows: u32,
  columns: u32,
  inner: u32,
  quads: u32, // vec4s of a row of x
  taps: u32, // 1
  firstTile: u32, // of this dispatch
  endTile: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

struct RowSource {
  start: u32,
  inside: bool,
}

fn rowSource(row: u32) -> RowSource {
  return RowSource(row * params.inner, row < params.rows);
}

fn tapSource(source: RowSource, tap: u32) -> RowSource {
  return source;
}

// With the select, lavapipe keeps the loaded value in a register, where broadcasts can read it. It is a quarter faster.
fn loadX(source: RowSource, quad: u32) -> vec4f {
  return select(vec4f(), readX(source.start, quad), source.inside);
}

fn channelOf(column: u32) -> u32 {
  return column;
}

fn elementOf(row: u32, column: u32) -> u32 {
  return row * params.columns + column;
}
