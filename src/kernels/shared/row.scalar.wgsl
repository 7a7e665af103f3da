// Row kernels read one column per step: for rows whose length is no multiple of four.
alias Columns = f32;

fn sumOf(v: Columns) -> f32 {
  return v;
}

fn maxOf(v: Columns) -> f32 {
  return v;
}

fn widen(v: Columns) -> vec4f {
  return vec4f(v);
}

fn narrow(v: vec4f) -> Columns {
  return v.x;
}
