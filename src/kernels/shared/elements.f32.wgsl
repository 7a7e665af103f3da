// Four neighboring elements as they are stored: f32.
alias Stored = vec4f;

fn loaded(v: Stored) -> vec4f {
  return v;
}

fn stored(v: vec4f) -> Stored {
  return v;
}
