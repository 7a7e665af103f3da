// Weights of the tiled variant, [columns, inner], whose rows are not whole vec4s. They are computed during the run, so
// they are not packed.
// Takes: params.inner (the kernel).
@group(0) @binding(2) var<storage, read> w: array<f32>;

fn loadWeight(column: u32, quad: u32) -> vec4f {
  let left = params.inner - 4u * quad;
  let i = column * params.inner + 4u * quad;
  return vec4f(
    w[i],
    select(0.0, w[i + 1u], left > 1u),
    select(0.0, w[i + 2u], left > 2u),
    select(0.0, w[i + 3u], left > 3u),
  );
}
