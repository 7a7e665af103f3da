/** Indices of the flags that are not 0, in order, padded with zeros. */
export function compactRef(flags: ArrayLike<number>): { indices: Uint32Array; count: number } {
  const indices = new Uint32Array(flags.length);
  let count = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i]) indices[count++] = i;
  return { indices, count };
}
