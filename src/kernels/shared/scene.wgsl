// The scene of a drawn view: where a pixel's surface lies, where light comes from, and the background.
// Takes: params.rect, params.center, params.focal (the kernel).
const LIGHT = vec3f(-0.40, 0.70, 0.60); // above, to the left, in front; about unit length

// Returns the place in the camera's frame (x right, y up, z towards the viewer) that a pixel of the picture shows.
fn position(pixel: vec2i, depth: f32) -> vec3f {
  let away = (vec2f(pixel) + 0.5 - params.center) / params.focal;
  return vec3f(away.x, -away.y, -1.0) * depth;
}

// Returns the background, sRGB 0..1: light gray, brightest in the middle of the view.
fn background(at: vec2u) -> vec3f {
  let size = vec2f(params.rect.zw - params.rect.xy);
  let p = (vec2f(at - params.rect.xy) + 0.5) / size;
  let glow = 1.0 - smoothstep(0.1, 0.9, distance(p, vec2f(0.5, 0.45)));
  return mix(vec3f(0.80, 0.82, 0.85), vec3f(0.965, 0.97, 0.975), glow);
}
