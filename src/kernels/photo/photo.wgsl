// photo: y[i, j, c] = table[c, byte c of photo[i, j]], 0 if (i, j) is outside the photo
//   photo [H, W] u32, RGBA8 words with r in the low byte · table [3, 256] · y [h, w, 3], h >= H, w >= W
// One invocation per output pixel. The host computes the table, because it needs exactly rounded divisions, which WGSL
// does not promise.
// Takes: workgroupIndex (shared/grid.wgsl).
struct Params {
  count: u32,
  H: u32,
  W: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> photo: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

const wgSize = 64u;

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (index >= params.count) {
    return;
  }
  let i = index / params.w;
  let j = index % params.w;
  let inside = i < params.H && j < params.W;
  let word = photo[select(0u, i * params.W + j, inside)];
  for (var c = 0u; c < 3u; c++) {
    let value = table[c * 256u + ((word >> (8u * c)) & 255u)];
    y[3u * index + c] = select(0.0, value, inside);
  }
}
