// promptTokens: y = (kind == none ? 0 : positionCode(xy)) + embeddings[kind]
//   xy [tokens] pixels · kinds [tokens] · matrix [2, half] · embeddings [kinds, 2 * half] · y [tokens, 2 * half]
//   positionCode = sines, then cosines, of 2 pi t, t = u . matrix, u = 2 (xy + 0.5) / side - 1
// One invocation per four channels. t is in turns, so subtracting whole turns is exact.
// Takes: workgroupIndex (shared/grid.wgsl); sinAccurate (shared/math.wgsl).
struct Params {
  tokens: u32,
  quads: u32, // half / 4
  side: f32,
  none: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> xy: array<vec2f>;
@group(0) @binding(2) var<storage, read> kinds: array<u32>;
@group(0) @binding(3) var<storage, read> matrix: array<vec4f>;
@group(0) @binding(4) var<storage, read> embeddings: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let perToken = 2u * params.quads;
  let i = workgroupIndex(workgroup, workgroups) * 64u + lid;
  let token = i / perToken;
  if (token >= params.tokens) {
    return;
  }
  let column = i % perToken;
  let kind = kinds[token];
  var value = embeddings[kind * perToken + column];
  if (kind != params.none) {
    let isCosine = column >= params.quads;
    let frequency = select(column, column - params.quads, isCosine);
    let u = 2.0 * ((xy[token] + 0.5) / params.side) - 1.0;
    let turns = u.x * matrix[frequency] + u.y * matrix[params.quads + frequency];
    value += sinAccurate(6.283185307 * (turns - round(turns)), select(0, 1, isCosine));
  }
  y[i] = value;
}
