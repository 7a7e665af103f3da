/** Float32 values as a tensor of `dtype` holds them: unchanged, or rounded to the nearest halves. */
import { halfBits, halfValue } from '../half.ts';

export const castRef = (x: ArrayLike<number>, dtype: 'f32' | 'f16'): Float64Array =>
  Float64Array.from(x, (v) => (dtype === 'f16' ? halfValue(halfBits(v)) : v));
