/** Copies a box of elements between two strided layouts, in plain loops. `y` is changed in place. */
export function stridedCopyRef(
  x: ArrayLike<number>,
  y: { [i: number]: number },
  sizes: readonly number[],
  from: { readonly offset: number; readonly strides: readonly number[] },
  to: { readonly offset: number; readonly strides: readonly number[] },
): void {
  const walk = (axis: number, source: number, target: number): void => {
    if (axis === sizes.length) {
      y[target] = x[source];
      return;
    }
    for (let c = 0; c < sizes[axis]; c++)
      walk(axis + 1, source + c * from.strides[axis], target + c * to.strides[axis]);
  };
  walk(0, from.offset, to.offset);
}
