/** Typed arrays one after the other. */

/**
 * One array with the numbers of all parts, in order.
 * @param Type of the array
 * @param arrayOf the array of a part
 */
export function joinArrays<P, T extends Uint8Array | Uint32Array | Float32Array>(
  Type: new (length: number) => T,
  parts: readonly P[],
  arrayOf: (part: P) => T,
): T {
  const all = new Type(parts.reduce((sum, part) => sum + arrayOf(part).length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(arrayOf(part), at);
    at += arrayOf(part).length;
  }
  return all;
}
