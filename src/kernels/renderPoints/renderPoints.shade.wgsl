// renderPoints, shade: light, soft shadow in hollows, and the background where no splat covers a pixel.
//   surface [pixels] as in renderPoints.resolve.wgsl · sums [pixels, 5] u32 (the weight is coverage)
//   picture [pixels] u32, RGBA8 words. One pixel per invocation.
// Takes: params.rect, params.width, params.focal, params.radius (renderPoints/view.wgsl).
// Takes: LIGHT, position, background (shared/scene.wgsl).
@group(0) @binding(1) var<storage, read> surface: array<vec4f>;
@group(0) @binding(2) var<storage, read> sums: array<u32>;
@group(0) @binding(3) var<storage, read_write> picture: array<u32>;

const COVERED = 40.0; // weight that hides the background: that of one disc at the edge of its middle part
const RINGS = 2;
const DIRECTIONS = 8;

fn depthAt(pixel: vec2i) -> f32 {
  let inside = clamp(pixel, vec2i(params.rect.xy), vec2i(params.rect.zw) - 1);
  return surface[u32(inside.y) * params.width + u32(inside.x)].w;
}

// Returns the surface's tangent along `step`, taken from the neighbor whose depth is closer, so that it does not cross
// the edge to another surface.
fn tangent(pixel: vec2i, here: vec3f, step: vec2i) -> vec3f {
  let ahead = depthAt(pixel + step);
  let behind = depthAt(pixel - step);
  let z = -here.z;
  let useAhead = ahead > 0.0 && (behind == 0.0 || abs(ahead - z) <= abs(behind - z));
  if (useAhead) {
    return position(pixel + step, ahead) - here;
  }
  if (behind > 0.0) {
    return here - position(pixel - step, behind);
  }
  return vec3f(vec2f(step), 0.0) * (z / params.focal) * vec3f(1.0, -1.0, 1.0);
}

// Returns the share of the neighborhood, a few splats wide, that lies in front: 0 to 1.
fn hidden(pixel: vec2i, z: f32, reach: f32) -> f32 {
  var sum = 0.0;
  for (var ring = 1; ring <= RINGS; ring++) {
    for (var k = 0; k < DIRECTIONS; k++) {
      let angle = (f32(k) + 0.5 * f32(ring)) * 0.785398;
      let there = depthAt(pixel + vec2i(round(vec2f(cos(angle), sin(angle)) * reach * 1.5 * f32(ring))));
      let rise = (z - there) / params.radius;
      // A neighbor far in front belongs to another part of the object: it casts no shadow here.
      if (there > 0.0 && rise < 12.0) {
        sum += smoothstep(0.6, 3.0, rise) * (1.0 - smoothstep(6.0, 12.0, rise));
      }
    }
  }
  return sum / f32(RINGS * DIRECTIONS);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = params.rect.xy + id.xy;
  if (any(at >= params.rect.zw)) {
    return;
  }
  let index = at.y * params.width + at.x;
  var color = background(at);
  let here = surface[index];
  if (here.w > 0.0) {
    let pixel = vec2i(at);
    let p = position(pixel, here.w);
    let reach = clamp(params.focal * params.radius / here.w, 0.8, 64.0);
    let step = i32(max(1.0, round(0.5 * reach)));
    let across = tangent(pixel, p, vec2i(step, 0));
    let down = tangent(pixel, p, vec2i(0, step));
    let normal = normalize(cross(down, across));
    let lit = 0.5 + 0.5 * dot(normal, LIGHT);
    let open = 1.0 - 0.75 * hidden(pixel, here.w, reach);
    // Light adds up in linear colors. The square approximates the sRGB curve well enough for a picture.
    let shaded = here.rgb * here.rgb * (0.35 + 0.85 * lit * lit) * open;
    let cover = min(f32(sums[5u * index + 4u]) / COVERED, 1.0);
    color = mix(color, sqrt(min(shaded, vec3f(1.0))), cover);
  }
  let bytes = vec3u(color * 255.0 + 0.5);
  picture[index] = bytes.r | (bytes.g << 8u) | (bytes.b << 16u) | 0xff000000u;
}
