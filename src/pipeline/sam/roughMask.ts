/** Converts a roughly painted mask to SAM's mask prompt. */
import type { SamConfig } from './config.ts';
import type { Size } from '../photo.ts';
import { resizedSize } from './prompt.ts';

/** Logit of a cell that the mask covers completely. The network's logits are rarely larger. */
const CERTAIN = 10;

/**
 * Logits of a mask in the frame of `lowRes`: the photo's longer side fills the square, and the rest is padding. A cell
 * that the mask covers gets 10, one outside of the mask -10, and a partly covered one a value in between, by the share
 * that is covered.
 * @param mask [photo.height, photo.width] of 0 and 1
 * @returns [4 * grid, 4 * grid], as `SamPrompt.maskInput`
 * @throws PromptError if the photo is too narrow
 */
export function roughMaskLogits(mask: Uint8Array, photo: Size, config: SamConfig): Float32Array {
  const side = (4 * config.image) / config.patch;
  const { width, height } = resizedSize(photo, config);
  // Size of a cell in pixels of the photo.
  const across = (photo.width * config.image) / (side * width);
  const down = (photo.height * config.image) / (side * height);

  const rows = new Float64Array(photo.height * side); // [photo.height, side], averaged along each row
  for (let y = 0; y < photo.height; y++) {
    for (let u = 0; u < side; u++) {
      rows[y * side + u] = average(u * across, (u + 1) * across, photo.width, (x) => mask[y * photo.width + x]);
    }
  }
  return Float32Array.from({ length: side * side }, (_, i) => {
    const [v, u] = [Math.floor(i / side), i % side];
    const share = average(v * down, (v + 1) * down, photo.height, (y) => rows[y * side + u]);
    return CERTAIN * (2 * share - 1);
  });
}

/** Mean over [from, to] of a function that is at(i) on [i, i + 1], and 0 beyond `length`. */
function average(from: number, to: number, length: number, at: (index: number) => number): number {
  let sum = 0;
  for (let i = Math.floor(from); i < Math.min(to, length); i++)
    sum += (Math.min(to, i + 1) - Math.max(from, i)) * at(i);
  return sum / (to - from);
}
