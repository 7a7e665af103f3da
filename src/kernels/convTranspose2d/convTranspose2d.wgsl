// convTranspose2d with a stride equal to the kernel size: each input pixel becomes a block of kernel x kernel pixels,
// and blocks do not overlap. So it is one matrix product, whose columns (dy, dx, channel) are stored at their place in
// the block.
//   x [images, height, width, inner] · y [images, height * kernel, width * kernel, channels]
// Takes: readX (shared/gemm/input.*.wgsl).
struct Params {
  rows: u32, // input pixels
  columns: u32, // kernel * kernel * channels
  inner: u32,
  quads: u32, // vec4s of an input pixel
  taps: u32, // 1
  firstTile: u32, // of this dispatch
  endTile: u32,
  width: u32,
  kernel: u32,
  channels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;

struct RowSource {
  start: u32,
  inside: bool,
}

fn rowSource(row: u32) -> RowSource {
  return RowSource(row * params.inner, row < params.rows);
}

fn tapSource(source: RowSource, tap: u32) -> RowSource {
  return source;
}

// With the select, lavapipe keeps the loaded value in a register, where broadcasts can read it.
fn loadX(source: RowSource, quad: u32) -> vec4f {
  return select(vec4f(), readX(source.start, quad), source.inside);
}

fn channelOf(column: u32) -> u32 {
  return column % params.channels;
}

fn elementOf(row: u32, column: u32) -> u32 {
  let block = column / params.channels;
  // The lines of all images are contiguous, in x and in y.
  let line = row / params.width * params.kernel + block / params.kernel;
  let x = row % params.width * params.kernel + block % params.kernel;
  return (line * params.width * params.kernel + x) * params.channels + channelOf(column);
}
