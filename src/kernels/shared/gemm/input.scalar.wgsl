// x read element by element, for runs whose length `params.inner` is not a multiple of 4. The rest of the last quad is
// zeros.
// Takes: params.inner (the kernel).
@group(0) @binding(1) var<storage, read> x: array<f32>;

fn readX(start: u32, quad: u32) -> vec4f {
  let left = params.inner - 4u * quad;
  let i = start + 4u * quad;
  return vec4f(
    x[i],
    select(0.0, x[i + 1u], left > 1u),
    select(0.0, x[i + 2u], left > 2u),
    select(0.0, x[i + 3u], left > 3u),
  );
}
