// Operands of the tiled variant if head sizes, offsets and strides are whole vec4s: q, k, v and y all f32 or all f16.
// Takes: params.strideQ, params.fillRow, params.strideK, params.strideV, params.heads (attention/params.wgsl).
// Takes: params.vecs (attention/params.wgsl); Stored, loaded, stored (shared/elements.f*.wgsl).
@group(0) @binding(1) var<storage, read> q: array<Stored>;
@group(0) @binding(2) var<storage, read> k: array<Stored>;
@group(0) @binding(3) var<storage, read> v: array<Stored>;
@group(0) @binding(5) var<storage, read> fill: array<vec4f>; // the row of every token outside the grid
@group(0) @binding(6) var<storage, read_write> y: array<Stored>;

fn queryVec(row: u32, column: u32, i: u32) -> vec4f {
  return loaded(q[(row * params.strideQ + column) / 4u + i]);
}

fn keyVec(row: u32, column: u32, i: u32) -> vec4f {
  if (row == params.fillRow) {
    return fill[column / 4u + i];
  }
  return loaded(k[(row * params.strideK + column) / 4u + i]);
}

fn valueVec(row: u32, column: u32, i: u32) -> vec4f {
  if (row == params.fillRow) {
    return fill[column / 4u + i];
  }
  return loaded(v[(row * params.strideV + column) / 4u + i]);
}

fn storeVec(row: u32, head: u32, i: u32, value: vec4f) {
  y[(row * params.heads + head) * params.vecs + i] = stored(value);
}
