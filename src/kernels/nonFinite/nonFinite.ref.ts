/** How many of the numbers are NaN or infinite. */
export const nonFiniteRef = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
