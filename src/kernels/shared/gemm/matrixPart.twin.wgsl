// What matrixPart.unit.wgsl does, in plain WGSL, for tests: with it, all of matrix.wgsl runs on adapters without matrix
// instructions.
// 32 threads, one after the other in the workgroup, stand for a subgroup. A thread has FRAGMENT_ROWS / 2 neighboring
// sums of a row.
// Takes: FRAGMENT_ROWS (shared/gemm/matrixRows.*.wgsl); LANES, FRAGMENT_COLUMNS (shared/gemm/matrix.wgsl).
// Takes: down, across, STRIDE, SUM_STRIDE, staged, multiply (shared/gemm/matrix.wgsl).
// Takes: params.firstTile (the kernel); workgroupIndex (shared/grid.wgsl).
const QUADS = FRAGMENT_ROWS / 8u; // of sums

// Where an operand is staged.
alias Left = u32;
alias Right = u32;
alias Sum = array<vec4f, QUADS>;

var<private> lane: u32;

fn loadLeft(at: u32) -> Left {
  return at;
}

fn loadRight(at: u32) -> Right {
  return at;
}

fn ownRow() -> u32 {
  return lane * FRAGMENT_ROWS / LANES;
}

fn ownQuad() -> u32 {
  return lane * QUADS % (FRAGMENT_COLUMNS / 4u);
}

fn lowHalves(v: vec4u) -> vec4f {
  return vec4f(unpack2x16float(v.x), unpack2x16float(v.y));
}

fn multiplyAdd(left: Left, right: Right, sum: Sum) -> Sum {
  var total = sum;
  for (var octet = 0u; octet < FRAGMENT_COLUMNS / 8u; octet++) {
    let a = staged[left + ownRow() * STRIDE + octet];
    for (var i = 0u; i < 4u * QUADS; i++) {
      let b = staged[right + (4u * ownQuad() + i) * STRIDE + octet];
      total[i / 4u][i % 4u] += dot(lowHalves(a), lowHalves(b)) + dot(lowHalves(a.zwxy), lowHalves(b.zwxy));
    }
  }
  return total;
}

fn storeSum(at: u32, sum: Sum) {
  for (var i = 0u; i < QUADS; i++) {
    staged[at + ownRow() * SUM_STRIDE + ownQuad() + i] = bitcast<vec4u>(sum[i]);
  }
}

@compute @workgroup_size(LANES * down * across)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  lane = lid % LANES;
  multiply(params.firstTile + workgroupIndex(workgroup, workgroups), lid, lid / LANES);
}
