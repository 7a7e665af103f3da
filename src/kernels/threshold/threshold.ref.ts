/** 1 where x > limit, else 0. */
export const thresholdRef = (x: ArrayLike<number>, limit: number): Uint32Array =>
  Uint32Array.from(x, (v) => (v > limit ? 1 : 0));
