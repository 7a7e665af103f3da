// Four neighboring elements of b: f32.
@group(0) @binding(2) var<storage, read> b: array<vec4f>;

fn readB(i: u32) -> vec4f {
  return b[i];
}
