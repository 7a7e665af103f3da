/** Functions of two numbers, in float64, with b broadcast as in NumPy: shapes are aligned at the right, and axes of length 1 repeat. */
import type { BinaryKind } from './binary.ts';

const functions: Record<BinaryKind, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: Math.min,
  max: Math.max,
};

export function binaryRef(
  kind: BinaryKind,
  a: ArrayLike<number>,
  aShape: readonly number[],
  b: ArrayLike<number>,
  bShape: readonly number[],
): Float64Array {
  return Float64Array.from(a, (value, i) => {
    let rest = i;
    let index = 0;
    let stride = 1;
    for (let axis = 1; axis <= bShape.length; axis++) {
      const length = aShape[aShape.length - axis];
      const bLength = bShape[bShape.length - axis];
      if (bLength > 1) index += (rest % length) * stride;
      rest = Math.floor(rest / length);
      stride *= bLength;
    }
    return functions[kind](value, b[index]);
  });
}
