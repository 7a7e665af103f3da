/** Converts maps of fixtures, [B, C, H, W], to the engine's layout, [B, H, W, C]. */

/** Values of a map [B, C, H, W] in the order [B, H, W, C]. */
export function channelsLast(data: Float32Array, [B, C, H, W]: readonly number[]): Float32Array<ArrayBuffer> {
  const out = new Float32Array(data.length);
  let i = 0;
  for (let b = 0; b < B; b++) {
    for (let c = 0; c < C; c++) for (let p = 0; p < H * W; p++) out[(b * H * W + p) * C + c] = data[i++];
  }
  return out;
}

/** The shape that goes with it. */
export const lastShape = ([B, C, H, W]: readonly number[]): number[] => [B, H, W, C];
