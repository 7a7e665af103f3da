// Weights of the tiled variants, [columns, inner], whose rows are not whole vec4s. They are computed during the run, so
// they are not packed.
// Takes: params.inner (the kernel).
@group(0) @binding(2) var<storage, read> w: array<f32>;

// Returns where the terms of a column begin.
fn weightRow(column: u32) -> u32 {
  return column * params.inner;
}

fn loadWeight(row: u32, quad: u32) -> vec4f {
  let left = params.inner - 4u * quad;
  let i = row + 4u * quad;
  return vec4f(
    w[i],
    select(0.0, w[i + 1u], left > 1u),
    select(0.0, w[i + 2u], left > 2u),
    select(0.0, w[i + 3u], left > 3u),
  );
}
