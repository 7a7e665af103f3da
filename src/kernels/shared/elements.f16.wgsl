// Four neighboring elements as they are stored: halves, two to a word, the first in the low bits. This needs no f16
// feature.
alias Stored = vec2u;

fn loaded(h: Stored) -> vec4f {
  return vec4f(unpack2x16float(h.x), unpack2x16float(h.y));
}

// Returns the bits of the nearest halves, ties to even; outside their range, the largest half of that sign. half.ts
// does the same on the host. pack2x16float would not: adapters may round either way, and its result is undefined
// outside the range.
fn halfBits(v: vec4f) -> vec4u {
  let bits = bitcast<vec4u>(v);
  let sign = (bits >> vec4u(16u)) & vec4u(0x8000u);
  let magnitude = bits & vec4u(0x7fffffffu);
  let odd = (magnitude >> vec4u(13u)) & vec4u(1u);
  let rounded = (magnitude + 0xfffu + odd - 0x38000000u) >> vec4u(13u);
  // A subnormal half counts in units of 2^-24; adding 0.5 rounds to such a unit.
  let subnormal = bitcast<vec4u>(bitcast<vec4f>(magnitude) + 0.5) - 0x3f000000u;
  var half = select(rounded, subnormal, magnitude < vec4u(0x38800000u));
  half = select(half, vec4u(0x7bffu), magnitude >= vec4u(0x477ff000u));
  half = select(half, vec4u(0x7e00u), magnitude > vec4u(0x7f800000u)); // not a number
  return sign | half;
}

fn stored(v: vec4f) -> Stored {
  let h = halfBits(v);
  return h.xz | (h.yw << vec2u(16u));
}
