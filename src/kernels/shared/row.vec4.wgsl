// Row kernels read four columns per step.
alias Columns = vec4f;

fn sumOf(v: Columns) -> f32 {
  return v.x + v.y + (v.z + v.w);
}

fn maxOf(v: Columns) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

fn widen(v: Columns) -> vec4f {
  return v;
}

fn narrow(v: vec4f) -> Columns {
  return v;
}
