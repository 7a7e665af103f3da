/** What a tensor of `dtype` holds of float32 values: themselves, or the halves nearest to them. */
import { halfBits, halfValue } from '../half.ts';

export const castRef = (x: ArrayLike<number>, dtype: 'f32' | 'f16'): Float64Array =>
  Float64Array.from(x, (v) => (dtype === 'f16' ? halfValue(halfBits(v)) : v));
