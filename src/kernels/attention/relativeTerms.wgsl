// relativeTerms: the products of each query with the rows of the relative position tables that its keys need.
//   q (here x) [rows, strideQ], f32 or f16 · relPosH [2h - 1, headDim] · relPosW [2w - 1, headDim]
//   -> y [rows, heads, h' + w']
// y has products by yk, then by xk; h' and w' are h and w rounded up to multiples of four, padded with zeros.
// One thread per result, or per four halves.
// Takes: roundedUp, placeOf, params.height, params.width, params.rows (attention/relativeTerms.params.wgsl).
// Takes: params.heads, params.strideQ, params.fromQ, params.headDim (attention/relativeTerms.params.wgsl).
// Takes: RESULTS, storeTerms (attention/relativeTerms.store.*.wgsl); readX (shared/input.*.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
@group(0) @binding(2) var<storage, read> relPosH: array<f32>;
@group(0) @binding(3) var<storage, read> relPosW: array<f32>;

// Product i of y.
fn termOf(i: u32) -> f32 {
  let width = roundedUp(params.height) + roundedUp(params.width);
  let t = i % width;
  let head = i / width % params.heads;
  let row = i / width / params.heads;
  let place = placeOf(row);
  let start = row * params.strideQ + params.fromQ + head * params.headDim;
  var sum = 0.0;
  if (t < params.height) {
    let at = (place.y + params.height - 1u - t) * params.headDim;
    for (var c = 0u; c < params.headDim; c++) {
      sum = fma(readX(start + c), relPosH[at + c], sum);
    }
  }
  let x = t - roundedUp(params.height); // a large number for the terms of relPosH
  if (x < params.width) {
    let at = (place.x + params.width - 1u - x) * params.headDim;
    for (var c = 0u; c < params.headDim; c++) {
      sum = fma(readX(start + c), relPosW[at + c], sum);
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let unit = workgroupIndex(workgroup, workgroups) * 64u + lid;
  let width = roundedUp(params.height) + roundedUp(params.width);
  if (unit >= params.rows * params.heads * width / RESULTS) {
    return;
  }
  var terms: vec4f;
  for (var k = 0u; k < RESULTS; k++) {
    terms[k] = termOf(unit * RESULTS + k);
  }
  storeTerms(unit, terms);
}
