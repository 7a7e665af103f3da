// Colors in linear light, where they may be added. The square approximates the sRGB curve well enough for a picture,
// and its inverse gives every byte back.
fn linearOf(word: u32) -> vec3f {
  let bytes = unpack4x8unorm(word).rgb;
  return bytes * bytes;
}

// Returns the RGBA8 word of a linear color, which may be too bright.
fn wordOf(color: vec3f, alpha: f32) -> u32 {
  return pack4x8unorm(vec4f(sqrt(clamp(color, vec3f(), vec3f(1.0))), alpha));
}
