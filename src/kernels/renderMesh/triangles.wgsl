// Triangles of renderMesh on the screen: one view of them, and exact tests of what they cover.
// Screen coordinates are integers, `UNIT` to a sample, with the origin where the optical axis meets the picture.
const UNIT = 256;
const DEPTH_STEPS = 8388607.0;
const NOBODY = 0xffffffffu;

override samples: u32 = 2; // along each side of a pixel

struct Params {
  n: u32, // vertices
  m: u32, // triangles
  width: u32, // of the whole picture
  rect: vec4u, // left, top, right, bottom of the view in the picture
  // Rows of the matrix from points to the camera's frame: x right, y up, z towards the viewer.
  right: vec4f,
  up: vec4f,
  back: vec4f,
  center: vec2f, // where the optical axis meets the picture
  focal: f32, // pixels
  near: f32,
  far: f32,
  origin: vec2i, // screen coordinates of the view's top left corner
  reach: f32, // distance at which parts of the surface shade each other, in the vertices' unit
  textureSize: vec2u, // width, height
}

@group(0) @binding(0) var<uniform> params: Params;

// A triangle on the screen. Inverse depths are linear there; `near` / depth is 1 at the near end.
struct Triangle {
  a: vec2i,
  b: vec2i,
  c: vec2i,
  inverseDepth: vec3f,
  seenFromBehind: bool,
  empty: bool, // without area, or with a vertex that is not shown
}

// Vertices are (x, y on the screen, near / depth, 0), with 0 for the inverse depth of those that are not shown.
fn triangleOf(a: vec4f, b: vec4f, c: vec4f) -> Triangle {
  let inverseDepth = vec3f(a.z, b.z, c.z);
  let area = turn(vec2i(a.xy), vec2i(b.xy), vec2i(c.xy));
  return Triangle(
    vec2i(a.xy), vec2i(b.xy), vec2i(c.xy), inverseDepth,
    area > 0.0, // y points down, so that counterclockwise is negative
    area == 0.0 || any(inverseDepth == vec3f()),
  );
}

// Returns twice the area of the triangle a, b, p, positive if it turns clockwise on the screen. The sign is exact:
// where the product of floats is small, integers do not overflow, and where it is large, it is larger than its error.
fn turn(a: vec2i, b: vec2i, p: vec2i) -> f32 {
  let u = b - a;
  let v = p - a;
  let rough = f32(u.x) * f32(v.y) - f32(u.y) * f32(v.x);
  if (abs(rough) > 1e9) {
    return rough;
  }
  return f32(u.x * v.y - u.y * v.x);
}

// Returns the weights of the vertices at a place on the screen, up to a factor; none is negative inside.
fn weightsAt(triangle: Triangle, p: vec2i) -> vec3f {
  let weights = vec3f(
    turn(triangle.b, triangle.c, p),
    turn(triangle.c, triangle.a, p),
    turn(triangle.a, triangle.b, p),
  );
  return select(-weights, weights, triangle.seenFromBehind);
}

// Returns near / depth at the place that has these weights.
fn inverseDepthAt(triangle: Triangle, weights: vec3f) -> f32 {
  return dot(weights, triangle.inverseDepth) / (weights.x + weights.y + weights.z);
}

// Returns the place of a sample. The grid of samples is sheared inside each pixel, so that no two of them share a row
// or column: edges near the axes get as many shades as a pixel has samples.
fn placeOf(sample: vec2i) -> vec2i {
  let side = i32(samples);
  let shift = (2 * (sample.yx % side) + 1 - side) * (UNIT / 2) / side;
  return params.origin + sample * UNIT + UNIT / 2 + shift * vec2i(1, -1);
}

// Returns samples of the view's rectangle.
fn sampleSize() -> vec2i {
  return vec2i((params.rect.zw - params.rect.xy) * samples);
}
