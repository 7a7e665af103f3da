// Weights of the subgroup8 variant as halves: panels of 64 columns, each [depth][8 lanes] texels of eight halves. A
// lane's texel has its four columns and the four columns 32 to the right. Always used with `wide`.
struct PanelRow {
  left: vec4f,
  right: vec4f,
}

@group(0) @binding(2) var w: texture_storage_2d<rgba32uint, read>;

fn panelStart(column: u32, depth: u32) -> u32 {
  return column / 64u * depth * 8u;
}

fn loadPanel(start: u32, depth: u32, k: u32) -> PanelRow {
  let i = start + k * 8u;
  let h = textureLoad(w, vec2u(i & 1023u, i >> 10u));
  return PanelRow(
    vec4f(unpack2x16float(h.x), unpack2x16float(h.y)),
    vec4f(unpack2x16float(h.z), unpack2x16float(h.w)),
  );
}
