// conv2d as an implicit matrix product: a row of x is the window of an output pixel, read in place.
//   x [images, height, width, channels] · y [images, outHeight, outWidth, columns]
// A tap is one element of the window, a run of its channels. Without padding a tap is a whole line of the window: its
// pixels are contiguous in memory (tapsAcross = 1). The loops are in shared/gemm/tiled.wgsl and
// shared/gemm/subgroup8.wgsl.
// Takes: readX (shared/gemm/input.*.wgsl).
override inputRelu: bool = false;

struct Params {
  rows: u32, // output pixels
  columns: u32, // output channels
  inner: u32, // length of a run
  quads: u32, // vec4s of a run
  taps: u32,
  firstTile: u32, // of this dispatch
  endTile: u32,
  tapsAcross: u32, // taps of a line of the window
  height: u32,
  width: u32,
  channels: u32,
  outHeight: u32,
  outWidth: u32,
  stride: u32,
  padding: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

// Top left corner of a window.
struct RowSource {
  image: u32,
  y: i32,
  x: i32,
}

fn rowSource(row: u32) -> RowSource {
  let line = row / params.outWidth;
  let corner = vec2u(row % params.outWidth, line % params.outHeight) * params.stride;
  let at = vec2i(corner) - i32(params.padding);
  return RowSource(line / params.outHeight, at.y, at.x);
}

struct TapSource {
  start: u32,
  inside: bool,
}

fn tapSource(window: RowSource, tap: u32) -> TapSource {
  let y = window.y + i32(tap / params.tapsAcross);
  let x = window.x + i32(tap % params.tapsAcross);
  let inside = y >= 0 && y < i32(params.height) && x >= 0 && x < i32(params.width);
  let pixel = (window.image * params.height + u32(y)) * params.width + u32(x);
  return TapSource(select(0u, pixel * params.channels, inside), inside);
}

fn loadX(source: TapSource, quad: u32) -> vec4f {
  var v = select(vec4f(), readX(source.start, quad), source.inside);
  if (inputRelu) {
    v = max(v, vec4f());
  }
  return v;
}

fn channelOf(column: u32) -> u32 {
  return column;
}

fn elementOf(row: u32, column: u32) -> u32 {
  return row * params.columns + column;
}
