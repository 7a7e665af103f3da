// Operands of the tiled variant for any head size, offset and stride: read element by element, with zeros after the
// last feature of the head.
// Takes: params.headDim, params.strideQ, params.fillRow, params.strideK, params.strideV (attention/params.wgsl).
// Takes: params.heads (attention/params.wgsl).
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> k: array<f32>;
@group(0) @binding(3) var<storage, read> v: array<f32>;
@group(0) @binding(5) var<storage, read> fill: array<f32>; // the row of every token outside the grid
@group(0) @binding(6) var<storage, read_write> y: array<f32>;

fn queryVec(row: u32, column: u32, i: u32) -> vec4f {
  var value = vec4f();
  for (var c = 0u; c < min(4u, params.headDim - 4u * i); c++) {
    value[c] = q[row * params.strideQ + column + 4u * i + c];
  }
  return value;
}

fn keyVec(row: u32, column: u32, i: u32) -> vec4f {
  var value = vec4f();
  for (var c = 0u; c < min(4u, params.headDim - 4u * i); c++) {
    let at = column + 4u * i + c;
    if (row == params.fillRow) {
      value[c] = fill[at];
    } else {
      value[c] = k[row * params.strideK + at];
    }
  }
  return value;
}

fn valueVec(row: u32, column: u32, i: u32) -> vec4f {
  var value = vec4f();
  for (var c = 0u; c < min(4u, params.headDim - 4u * i); c++) {
    let at = column + 4u * i + c;
    if (row == params.fillRow) {
      value[c] = fill[at];
    } else {
      value[c] = v[row * params.strideV + at];
    }
  }
  return value;
}

fn storeVec(row: u32, head: u32, i: u32, value: vec4f) {
  for (var c = 0u; c < min(4u, params.headDim - 4u * i); c++) {
    y[(row * params.heads + head) * params.headDim + 4u * i + c] = value[c];
  }
}
