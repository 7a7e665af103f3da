// No bias.
const BIASED = false;

fn queryCode(head: u32, row: u32, token: u32) -> vec2u {
  return vec2u();
}

fn keyCode(token: u32) -> vec2u {
  return vec2u();
}

fn biasOf(head: u32, query: vec2u, key: vec2u) -> f32 {
  return 0.0;
}
