/** Photos with transparent parts, such as objects that were cut out. */

/** The notice for a photo with transparent parts. */
export const transparentNotice = 'The photo has transparent parts; they are read as white.';

/**
 * Lays a picture over white, in place, so that colors behind transparent parts, which nobody sees, do not come in. A picture with the
 * same alpha everywhere only loses it.
 * @param rgba [height, width, 4] sRGB bytes, colors not multiplied by alpha; afterwards every alpha is 255
 * @returns [height, width], 1 where alpha was at least 128; undefined if that is nowhere or everywhere. `isTransparent`: whether alpha varied
 */
export function layOverWhite(rgba: Uint8Array): { isTransparent: boolean; cutout?: Uint8Array } {
  const pixels = rgba.length / 4;
  let [least, most] = [255, 0];
  for (let i = 3; i < rgba.length; i += 4) {
    least = Math.min(least, rgba[i]);
    most = Math.max(most, rgba[i]);
  }
  const isTransparent = least < most;
  const cutout = new Uint8Array(isTransparent ? pixels : 0);
  for (let i = 0; i < pixels; i++) {
    const alpha = rgba[4 * i + 3];
    if (isTransparent) {
      cutout[i] = alpha >= 128 ? 1 : 0;
      for (let c = 4 * i; c < 4 * i + 3; c++) rgba[c] = Math.round((rgba[c] * alpha + 255 * (255 - alpha)) / 255);
    }
    rgba[4 * i + 3] = 255;
  }
  return { isTransparent, ...(cutout.includes(0) && cutout.includes(1) && { cutout }) };
}
