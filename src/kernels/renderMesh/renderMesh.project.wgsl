// renderMesh, project: the place of each vertex on the screen.
//   vertices [n, 3] · screen [n] vec4 = x, y, near / depth, 0; the inverse depth is 0 if the vertex is not shown
// One vertex per invocation.
// Takes: UNIT, samples, params.n, params.right, params.up, params.back, params.focal (renderMesh/triangles.wgsl).
// Takes: params.near, params.far (renderMesh/triangles.wgsl); workgroupIndex (shared/grid.wgsl).
@group(0) @binding(1) var<storage, read> vertices: array<f32>;
@group(0) @binding(2) var<storage, read_write> screen: array<vec4f>;

// Places on the screen are exact in f32, and differences of two times differences of two have errors below 1e9.
const FARTHEST = 4194304.0;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.n) {
    return;
  }
  let point = vec4f(vertices[3u * i], vertices[3u * i + 1u], vertices[3u * i + 2u], 1.0);
  let depth = -dot(params.back, point);
  screen[i] = vec4f();
  if (depth > params.near && depth < params.far) {
    let scale = params.focal * f32(samples) * f32(UNIT) / depth;
    let place = round(vec2f(dot(params.right, point), -dot(params.up, point)) * scale);
    if (all(abs(place) <= vec2f(FARTHEST))) {
      screen[i] = vec4f(place, params.near / depth, 0.0);
    }
  }
}
