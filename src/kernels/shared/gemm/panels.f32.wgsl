// Weights of the subgroup8 variant: panels of 32 columns, each [depth][8 lanes] vec4s, in a flat texture.
// Takes: wide (shared/gemm/subgroup8.wgsl).
struct PanelRow {
  left: vec4f,
  right: vec4f,
}

@group(0) @binding(2) var w: texture_storage_2d<rgba32float, read>;

fn panelTexel(i: u32) -> vec4f {
  return textureLoad(w, vec2u(i & 1023u, i >> 10u));
}

// Returns the first texel of the panel that holds `column`.
fn panelStart(column: u32, depth: u32) -> u32 {
  return column / 32u * depth * 8u;
}

// Loads row k of the weights at the lane's columns, and at the columns 32 to the right (the next panel).
fn loadPanel(start: u32, depth: u32, k: u32) -> PanelRow {
  let i = start + k * 8u;
  var row = PanelRow(panelTexel(i), vec4f());
  if (wide) {
    row.right = panelTexel(i + depth * 8u);
  }
  return row;
}
