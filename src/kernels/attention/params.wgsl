// attention: parameters and the token order, common to all variants. Strides and offsets are in elements.
struct Params {
  heads: u32,
  firstHead: u32, // of this dispatch
  headDim: u32,
  vecs: u32, // vec4s of a head
  window: u32, // side of the windows that attention is confined to; 0: none
  queries: u32, // per group: a batch item, or a window of it
  keys: u32,
  scale: f32, // times log2(e): softmax is computed with exp2
  fillRow: u32, // the row index that stands for a token beyond the grid: one past the last row
  strideQ: u32,
  fromQ: u32,
  strideK: u32,
  fromK: u32,
  strideV: u32,
  fromV: u32,
  selfK: u32, // columns of q's own key and value, when `selfKey`
  selfV: u32,
  height: u32, // the whole grid, when there are windows
  width: u32,
  windowsY: u32,
  windowsX: u32,
  biasHeight: u32, // the grid that positions of the bias are on
  biasWidth: u32,
  slotWidth: u32, // see keyOf
}

@group(0) @binding(0) var<uniform> params: Params;

// Whether each query also attends to a key and a value in its own row (MCC's decoder).
override selfKey: bool = false;

const LOG2E = 1.4426950408889634;
// Below every logit, and small enough that its power of two is 0.
const LOWEST = -1e30;

// The row of token `t` of group `group`, where a group has `count` tokens.
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

// The token of a slot, or `params.keys` or more where a slot has none. A lane takes the keys of four neighboring slots.
// Where `slotWidth` > 0, each row of the bias' grid takes that many slots, a multiple of four, so that the four are in one row.
fn keyOf(slot: vec4u) -> vec4u {
  if (params.slotWidth == 0u) {
    return slot;
  }
  let x = slot % params.slotWidth;
  return select(vec4u(params.keys), slot / params.slotWidth * params.biasWidth + x, x < vec4u(params.biasWidth));
}
