// gridPointsAt: y[i] is point indices[i] of a grid, x slowest and z fastest; after the end it is the last point.
//   axes: coordinates along x, along y, along z · indices [count] u32 -> y [count, 3]. One thread per point.
// Coordinates are looked up, as in gridPoints: a point has the same bits in both kernels.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  nx: u32,
  ny: u32,
  nz: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> axes: array<f32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.count) {
    return;
  }
  let p = min(indices[i], params.nx * params.ny * params.nz - 1u);
  let plane = params.ny * params.nz;
  y[3u * i] = axes[p / plane];
  y[3u * i + 1u] = axes[params.nx + p / params.nz % params.ny];
  y[3u * i + 2u] = axes[params.nx + params.ny + p % params.nz];
}
