/**
 * Element types, and the one place that knows how many bytes they take.
 *
 * `f16` is a type of storage: kernels read halves, compute in f32, and round once when they store. It needs no feature of
 * the adapter, because halves travel as pairs in 32-bit words.
 */

/** Types of floating-point numbers. */
export type FloatType = 'f32' | 'f16';
export type DType = FloatType | 'u32' | 'i32';

/** Bytes per element. */
export const BYTES: Readonly<Record<DType, number>> = { f32: 4, u32: 4, i32: 4, f16: 2 };

/** A texel of a flat texture and a vec4 of 32-bit numbers: sixteen bytes. */
export const VEC4_BYTES = 4 * BYTES.f32;

/** Bytes of a buffer that holds `elements`: whole vec4s of 32-bit words, so that kernels may read it as vec4s. */
export const bufferBytes = (elements: number, dtype: DType): number =>
  Math.max(1, Math.ceil((elements * BYTES[dtype]) / VEC4_BYTES)) * VEC4_BYTES;

/** 32-bit elements that fit into `bytes`. */
export const wordsIn = (bytes: number): number => Math.floor(bytes / BYTES.u32);
