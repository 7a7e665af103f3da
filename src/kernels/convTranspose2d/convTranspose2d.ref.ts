/** Transposed convolution with stride = kernel, in plain float64 loops. x [B, H, W, I]; w [I, O, k, k]; y [B, H k, W k, O]. */
export interface ConvTransposeShape {
  readonly B: number;
  readonly H: number;
  readonly W: number;
  readonly I: number;
  readonly O: number;
  readonly kernel: number;
}

export function convTranspose2dRef(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  { B, H, W, I, O, kernel }: ConvTransposeShape,
): Float64Array {
  const y = new Float64Array(B * H * W * kernel * kernel * O);
  for (let b = 0; b < B; b++) {
    for (let yy = 0; yy < H * kernel; yy++) {
      for (let xx = 0; xx < W * kernel; xx++) {
        const from = ((b * H + Math.floor(yy / kernel)) * W + Math.floor(xx / kernel)) * I;
        const [dy, dx] = [yy % kernel, xx % kernel];
        for (let o = 0; o < O; o++) {
          let sum = bias?.[o] ?? 0;
          for (let i = 0; i < I; i++) sum += x[from + i] * w[((i * O + o) * kernel + dy) * kernel + dx];
          y[((b * H * kernel + yy) * W * kernel + xx) * O + o] = sum;
        }
      }
    }
  }
  return y;
}
