// One element as it is stored: f32. For rows whose length is no multiple of four.
alias Stored = f32;

fn loaded(v: Stored) -> f32 {
  return v;
}

fn stored(v: f32) -> Stored {
  return v;
}
