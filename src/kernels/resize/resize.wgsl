// resize: y[b, i, j, c] = sum over taps p, q of rowWeight[i, p] * columnWeight[j, q] * x[b, row[i, p], column[j, q], c]
//   x [B, H, W, C] · y [B, h, w, C], f32 or f16, channels in units of `Value`
//   rows [h, 2 * taps], columns [w, 2 * taps]: `taps` indices, then as many weights as float bits
// The host computes the tables: coordinates must be rounded as PyTorch rounds them. A row of workgroups computes one
// line of an output, and an invocation `perInvocation` units of it. On software adapters it costs more to start an
// invocation than to load a vec4, and a division of integers is slower still.
// Takes: Value (shared/value.*.wgsl); Stored, loaded, stored (shared/elements.*.wgsl).
override taps: u32 = 2; // 1, 2 or 4
override perInvocation: u32 = 1;

override single: bool = false; // whether a pixel has one unit

struct Params {
  H: u32,
  W: u32,
  C: u32,
  h: u32,
  width: u32, // units of an output line
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> columns: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;

const wgSize = 64u;

// unit / params.C, by floats: below 2^24 the quotient is off by one at most.
fn pixelOf(unit: u32) -> u32 {
  if (single) {
    return unit;
  }
  let near = u32(f32(unit) / f32(params.C));
  let rest = i32(unit - near * params.C);
  return near + select(0u, 1u, rest >= i32(params.C)) - select(0u, 1u, rest < 0);
}

// Interpolates within one input row; `start` is the first unit of the channel in that row.
fn mixRow(start: u32, table: u32) -> Value {
  var sum = bitcast<f32>(columns[table + taps]) * loaded(x[start + columns[table] * params.C]);
  for (var q = 1u; q < taps; q++) {
    sum += bitcast<f32>(columns[table + taps + q]) * loaded(x[start + columns[table + q] * params.C]);
  }
  return sum;
}

@compute @workgroup_size(wgSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lid: u32) {
  let image = workgroup.z * params.H;
  let pitch = params.W * params.C;
  let rowTable = workgroup.y * 2u * taps;
  let line = (workgroup.z * params.h + workgroup.y) * params.width;
  let first = workgroup.x * wgSize * perInvocation + lid;
  // The same for all units of the line.
  var rowStarts: array<u32, 4>;
  var rowWeights: array<f32, 4>;
  for (var p = 0u; p < taps; p++) {
    rowStarts[p] = (image + rows[rowTable + p]) * pitch;
    rowWeights[p] = bitcast<f32>(rows[rowTable + taps + p]);
  }
  for (var n = 0u; n < perInvocation; n++) {
    let unit = first + wgSize * n;
    if (unit < params.width) {
      let j = pixelOf(unit);
      let c = unit - j * params.C;
      let columnTable = j * 2u * taps;
      var sum = rowWeights[0] * mixRow(rowStarts[0] + c, columnTable);
      for (var p = 1u; p < taps; p++) {
        sum += rowWeights[p] * mixRow(rowStarts[p] + c, columnTable);
      }
      y[line + unit] = stored(sum);
    }
  }
}
