// conv2d with groups: an output channel reads only the input channels of its group. Joined with conv2d.wgsl.
// One thread computes four channels of one pixel, one after the other. w [columns, inner, kernel, kernel], not packed.
// Takes: rowSource, tapSource, loadX, params.columns, params.rows, params.taps, params.inner (conv2d/conv2d.wgsl).
// Takes: params.quads (conv2d/conv2d.wgsl); store, channelTerms (shared/gemm/output.*.wgsl).
// Takes: workgroupIndex (shared/grid.wgsl).
override groups: u32 = 1;

@group(0) @binding(2) var<storage, read> w: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let index = workgroupIndex(workgroup, workgroups) * 64u + lid;
  let columnQuads = (params.columns + 3u) / 4u;
  let row = index / columnQuads;
  let column = index % columnQuads * 4u;
  if (row >= params.rows) {
    return;
  }
  let window = rowSource(row);
  var sums = vec4f();
  for (var j = 0u; j < 4u && column + j < params.columns; j++) {
    let group = (column + j) / (params.columns / groups);
    var sum = 0.0;
    for (var tap = 0u; tap < params.taps; tap++) {
      var source = tapSource(window, tap);
      source.start += group * params.inner;
      for (var quad = 0u; quad < params.quads; quad++) {
        var v = loadX(source, quad);
        for (var i = 4u * quad; i < min(4u * quad + 4u, params.inner); i++) {
          sum = fma(v[i % 4u], w[((column + j) * params.inner + i) * params.taps + tap], sum);
        }
      }
    }
    sums[j] = sum;
  }
  store(row, column, sums, channelTerms(column));
}
