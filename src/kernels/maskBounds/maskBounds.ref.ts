/** top, bottom + 1, left, right + 1 and number of the mask's pixels; (H, 0, W, 0, 0) for an empty mask. */
export function maskBoundsRef(mask: ArrayLike<number>, W: number): Uint32Array {
  const bounds = [mask.length / W, 0, W, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const [y, x] = [Math.floor(i / W), i % W];
    bounds[0] = Math.min(bounds[0], y);
    bounds[1] = Math.max(bounds[1], y + 1);
    bounds[2] = Math.min(bounds[2], x);
    bounds[3] = Math.max(bounds[3], x + 1);
    bounds[4]++;
  }
  return Uint32Array.from(bounds);
}
