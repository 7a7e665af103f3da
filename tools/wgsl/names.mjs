/** The names that WGSL gives: keywords, types, built-in functions, address spaces and formats (WGSL, sections 15 to 17). */

const KEYWORDS = `alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if
  let loop override requires return struct switch true var while`;

const TYPES = `array atomic bool f16 f32 i32 ptr sampler sampler_comparison u32`;

const VALUES = `function private read read_write storage uniform workgroup write`;

const FUNCTIONS = `abs acos acosh all any arrayLength asin asinh atan atan2 atanh atomicAdd atomicAnd atomicCompareExchangeWeak
  atomicExchange atomicLoad atomicMax atomicMin atomicOr atomicStore atomicSub atomicXor bitcast ceil clamp cos cosh
  countLeadingZeros countOneBits countTrailingZeros cross degrees determinant distance dot dot4I8Packed dot4U8Packed exp exp2
  extractBits faceForward firstLeadingBit firstTrailingBit floor fma fract frexp insertBits inverseSqrt ldexp length log log2
  max min mix modf normalize pack2x16float pack2x16snorm pack2x16unorm pack4x8snorm pack4x8unorm pack4xI8 pack4xI8Clamp
  pack4xU8 pack4xU8Clamp pow quantizeToF16 radians reflect refract reverseBits round saturate select sign sin sinh smoothstep
  sqrt step storageBarrier subgroupAdd subgroupAll subgroupAnd subgroupAny subgroupBallot subgroupBroadcast
  subgroupBroadcastFirst subgroupElect subgroupExclusiveAdd subgroupExclusiveMul subgroupInclusiveAdd subgroupInclusiveMul
  subgroupMax subgroupMin subgroupMul subgroupOr subgroupShuffle subgroupShuffleDown subgroupShuffleUp subgroupShuffleXor
  subgroupXor tan tanh textureBarrier textureDimensions textureLoad textureStore transpose trunc unpack2x16float
  unpack2x16snorm unpack2x16unorm unpack4x8snorm unpack4x8unorm unpack4xI8 unpack4xU8 workgroupBarrier workgroupUniformLoad`;

/** Chromium's experimental subgroup matrices. */
const SUBGROUP_MATRIX = `subgroup_matrix_left subgroup_matrix_right subgroup_matrix_result row_major col_major subgroupMatrixLoad
  subgroupMatrixMultiplyAccumulate subgroupMatrixStore`;

const NAMES = new Set(`${KEYWORDS} ${TYPES} ${VALUES} ${FUNCTIONS} ${SUBGROUP_MATRIX}`.split(/\s+/));
const FAMILIES = /^(?:vec[234][fhiu]?|mat[234]x[234][fh]?|texture_\w+|(?:r|rg|rgba|bgra)(?:8|16|32)\w+)$/;

/** @param {string} name */
export const isBuiltin = (name) => NAMES.has(name) || FAMILIES.test(name);
