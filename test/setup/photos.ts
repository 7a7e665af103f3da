/** Photos as the engine takes them. */

/** RGB bytes, three per pixel -> RGBA8 words, r in the low byte. */
export const words = (rgb: ArrayLike<number>): Uint32Array =>
  Uint32Array.from({ length: rgb.length / 3 }, (_, i) => {
    return (rgb[3 * i] | (rgb[3 * i + 1] << 8) | (rgb[3 * i + 2] << 16) | 0xff000000) >>> 0;
  });
