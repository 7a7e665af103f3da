// attention: the parameters and the token order of all variants. Strides and offsets are in elements.
struct Params {
  heads: u32,
  firstHead: u32, // of this dispatch
  headDim: u32,
  vecs: u32, // vec4s of a head
  window: u32, // side of a window; 0 if there are no windows
  queries: u32, // of a group: a batch item, or one of its windows
  keys: u32,
  scale: f32, // times log2(e): softmax is computed with exp2
  fillRow: u32, // row index of every token outside the grid: one after the last row
  strideQ: u32,
  fromQ: u32,
  strideK: u32,
  fromK: u32,
  strideV: u32,
  fromV: u32,
  selfK: u32, // first column of a query's own key, if `selfKey`
  selfV: u32, // first column of its own value
  height: u32, // of the whole grid, if there are windows
  width: u32,
  windowsY: u32,
  windowsX: u32,
  biasHeight: u32, // of the grid that the bias is for
  biasWidth: u32,
  slotWidth: u32, // see keyOf
}

@group(0) @binding(0) var<uniform> params: Params;

// Whether each query also attends to a key and a value in its own row (MCC's decoder).
override selfKey: bool = false;

const LOG2E = 1.4426950408889634;
// Less than every logit; exp2 of it is 0.
const LOWEST = -1e30;

// Returns the row of token `t` of group `group`. A group has `count` tokens.
fn rowOf(group: u32, t: u32, count: u32) -> u32 {
  if (params.window == 0u) {
    return group * count + t;
  }
  let side = params.window;
  let perItem = params.windowsY * params.windowsX;
  let item = group / perItem;
  let w = group % perItem;
  let y = w / params.windowsX * side + t / side;
  let x = w % params.windowsX * side + t % side;
  return select(params.fillRow, (item * params.height + y) * params.width + x, y < params.height && x < params.width);
}

// Returns the tokens of the four neighboring slots of a lane; `params.keys` or more for an empty slot.
// If `slotWidth` > 0, each row of the bias grid has that many slots. It is a multiple of four, so the four slots of a
// lane are in one row.
fn keyOf(slot: vec4u) -> vec4u {
  if (params.slotWidth == 0u) {
    return slot;
  }
  let x = slot % params.slotWidth;
  return select(vec4u(params.keys), slot / params.slotWidth * params.biasWidth + x, x < vec4u(params.biasWidth));
}
