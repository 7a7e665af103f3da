// maskBounds, first stage: what each row of the mask covers, one row per invocation.
//   mask [H, W] u32 · rows [H] vec4u = first column, last column + 1, number of pixels, 0; (W, 0, 0, 0) in empty rows
struct Params {
  H: u32,
  W: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read_write> rows: array<vec4u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.H) {
    return;
  }
  var first = params.W;
  var end = 0u;
  var count = 0u;
  for (var x = 0u; x < params.W; x++) {
    if (mask[id.x * params.W + x] != 0u) {
      first = min(first, x);
      end = x + 1u;
      count++;
    }
  }
  rows[id.x] = vec4u(first, end, count, 0u);
}
