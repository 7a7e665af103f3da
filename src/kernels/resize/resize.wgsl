// resize: y[b, i, j, c] = sum over taps p, q of rowWeight[i, p] * columnWeight[j, q] * x[b, row[i, p], column[j, q], c]
//   x [B, H, W, C] · y [B, h, w, C], f32 or f16, channels in units of `Value`
//   rows [h, 2 * taps], columns [w, 2 * taps]: `taps` indices, then as many weights as float bits
// One invocation per output unit. The host computes the tables: coordinates must be rounded as PyTorch rounds them.
// Takes: workgroupIndex (shared/grid.wgsl); Value (shared/value.*.wgsl).
// Takes: Stored, loaded, stored (shared/elements.*.wgsl).
override taps: u32 = 2;

struct Params {
  count: u32,
  H: u32,
  W: u32,
  C: u32,
  h: u32,
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> columns: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;

const wgSize = 64u;

// Interpolates within one input row; `start` is the first unit of the channel in that row.
fn mixRow(start: u32, table: u32) -> Value {
  var sum = bitcast<f32>(columns[table + taps]) * loaded(x[start + columns[table] * params.C]);
  for (var q = 1u; q < taps; q++) {
    sum += bitcast<f32>(columns[table + taps + q]) * loaded(x[start + columns[table + q] * params.C]);
  }
  return sum;
}

@compute @workgroup_size(wgSize)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * wgSize + lid;
  if (index >= params.count) {
    return;
  }
  let c = index % params.C;
  let pixel = index / params.C;
  let j = pixel % params.w;
  let line = pixel / params.w;
  let i = line % params.h;
  let image = (line / params.h) * params.H;
  let pitch = params.W * params.C;
  let rowTable = i * 2u * taps;
  let columnTable = j * 2u * taps;
  var sum = bitcast<f32>(rows[rowTable + taps]) * mixRow((image + rows[rowTable]) * pitch + c, columnTable);
  for (var p = 1u; p < taps; p++) {
    let weight = bitcast<f32>(rows[rowTable + taps + p]);
    sum += weight * mixRow((image + rows[rowTable + p]) * pitch + c, columnTable);
  }
  y[index] = stored(sum);
}
