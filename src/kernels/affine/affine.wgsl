// affine: y = clamp(x * scale + offset, low, high). x, y [n], f32 or f16.
// Takes: Stored, stored, loaded (shared/elements.f*.wgsl); workgroupIndex (shared/grid.wgsl).
struct Params {
  vectors: u32,
  scale: f32,
  offset: f32,
  low: f32,
  high: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.vectors) {
    return;
  }
  y[i] = stored(clamp(loaded(x[i]) * params.scale + params.offset, vec4f(params.low), vec4f(params.high)));
}
