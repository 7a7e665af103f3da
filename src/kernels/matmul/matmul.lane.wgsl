// matmul, for software adapters and for few rows: y = a b for each matrix of a batch; both operands are computed
// during the run.
//   a [batch, M, K] f32 · b [batch, K, N], or [batch, N, K] with transposeB, f32 or f16 · y [batch, M, N] f32; K and N
//   multiples of 4
// An invocation owns 4 rows and 4 columns, and reads all that it needs itself. On software adapters shared memory is
// ten times slower than registers, and a barrier costs a switch between fibers. Up to four rows, nothing of b is
// shared anyway.
// Takes: workgroupIndex (shared/grid.wgsl); rank4 (shared/gemm/rank4.wgsl); Stored, loaded (shared/elements.f*.wgsl).
override transposeB: bool = false;

struct Params {
  M: u32,
  quads: u32, // vec4s of K terms
  across: u32, // vec4s of N columns
  down: u32, // groups of 4 rows
  count: u32, // groups of 4 x 4 results of all matrices
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<Stored>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;

fn fourOf(first: u32, next: u32, stride: u32) -> mat4x4f {
  return mat4x4f(loaded(b[first]), loaded(b[first + stride]), loaded(b[next]), loaded(b[next + stride]));
}

// Terms 4 quad .. 4 quad + 3 of four columns: each of the vec4s is one term.
fn loadB(start: u32, column: u32, quad: u32) -> mat4x4f {
  if (transposeB) {
    let first = start + 4u * column * params.quads + quad;
    let next = first + 2u * params.quads;
    return transpose(fourOf(first, next, params.quads));
  }
  let first = start + 4u * quad * params.across + column;
  let next = first + 2u * params.across;
  return fourOf(first, next, params.across);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * 64u + lid;
  if (index >= params.count) {
    return;
  }
  let column = index % params.across;
  let group = index / params.across;
  let batch = group / params.down;
  let row = 4u * (group % params.down);
  let matrix = batch * params.M;
  let rows = min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(params.M - 1u));
  let startA = (vec4u(matrix) + rows) * params.quads;
  let startB = batch * params.quads * params.across * 4u;
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var quad = 0u; quad < params.quads; quad++) {
    let w = loadB(startB, column, quad);
    sum0 = rank4(sum0, a[startA.x + quad], w[0], w[1], w[2], w[3]);
    sum1 = rank4(sum1, a[startA.y + quad], w[0], w[1], w[2], w[3]);
    sum2 = rank4(sum2, a[startA.z + quad], w[0], w[1], w[2], w[3]);
    sum3 = rank4(sum3, a[startA.w + quad], w[0], w[1], w[2], w[3]);
  }
  // Rows past the last one hold copies of it.
  let at = (vec4u(matrix) + rows) * params.across + column;
  y[at.x] = sum0;
  y[at.y] = sum1;
  y[at.z] = sum2;
  y[at.w] = sum3;
}
