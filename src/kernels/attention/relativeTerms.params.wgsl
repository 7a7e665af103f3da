// relativeTerms: the parameters and the token order of both variants.
struct Params {
  rows: u32, // tokens of all batch items
  heads: u32,
  headDim: u32,
  height: u32, // of the grid that relative positions refer to: the whole grid, or a window
  width: u32,
  gridTokens: u32, // of the whole grid
  gridWidth: u32,
  strideQ: u32,
  fromQ: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

fn roundedUp(n: u32) -> u32 {
  return (n + 3u) & ~3u;
}

// Returns the column and row of a token in its grid or window.
fn placeOf(row: u32) -> vec2u {
  let token = row % params.gridTokens;
  return vec2u(token % params.gridWidth % params.width, token / params.gridWidth % params.height);
}
