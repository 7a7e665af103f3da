// relativeTerms: products of every query with all rows of the two relative position tables.
//   q [rows, strideQ] · relPosH [2h - 1, headDim] · relPosW [2w - 1, headDim] -> y [rows, heads, terms]
// terms = 2h - 1 + 2w - 1, those of relPosH first. One thread per result.
struct Params {
  total: u32,
  heads: u32,
  terms: u32,
  termsH: u32,
  headDim: u32,
  strideQ: u32,
  fromQ: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<f32>;
@group(0) @binding(2) var<storage, read> relPosH: array<f32>;
@group(0) @binding(3) var<storage, read> relPosW: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (i >= params.total) {
    return;
  }
  let t = i % params.terms;
  let head = i / params.terms % params.heads;
  let start = i / params.terms / params.heads * params.strideQ + params.fromQ + head * params.headDim;
  var sum = 0.0;
  if (t < params.termsH) {
    for (var c = 0u; c < params.headDim; c++) {
      sum = fma(q[start + c], relPosH[t * params.headDim + c], sum);
    }
  } else {
    for (var c = 0u; c < params.headDim; c++) {
      sum = fma(q[start + c], relPosW[(t - params.termsH) * params.headDim + c], sum);
    }
  }
  y[i] = sum;
}
