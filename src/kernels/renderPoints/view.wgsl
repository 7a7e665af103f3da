// A view of renderPoints: one rectangle of the picture, seen by one camera. Depths are integers, so that atomics can
// compare them. Sums are integers, so that their order does not matter: same input, same picture.
const DEPTH_STEPS = 8388607u;
// Added to the depth of a disc's rim, so that a rim counts only where no disc has its middle part.
const RIM = 8388608u;

struct Params {
  n: u32,
  width: u32, // of the whole picture
  rect: vec4u, // left, top, right, bottom of the view in the picture
  // Rows of the matrix from points to the camera's frame: x right, y up, z towards the viewer.
  right: vec4f,
  up: vec4f,
  back: vec4f,
  center: vec2f, // where the optical axis meets the picture
  focal: f32, // pixels
  radius: f32, // of a splat, in the points' unit
  near: f32,
  range: f32, // farthest depth - nearest
  band: u32, // depth steps within which splats belong to one surface
}

@group(0) @binding(0) var<uniform> params: Params;

fn depthOf(steps: f32) -> f32 {
  return params.near + steps * params.range / f32(DEPTH_STEPS);
}
