/** The weights of MCC's decoder in one piece, in the order in which the sweep reads them. */

/** Columns of a panel: weights of a linear layer are [panel][input][64 outputs], filled with zeros at the end. */
const PANEL = 64;

/** Hidden width of a block's MLP in units of the token width. */
const MLP_RATIO = 4;

const padded = (columns: number): number => Math.ceil(columns / PANEL) * PANEL;

export interface DecoderSize {
  /** Channels of a token. */
  readonly channels: number;
  readonly depth: number;
}

/** Weights in the checkpoint's layout: linear layers [out, in]. */
export interface BlockWeights {
  readonly norm1: readonly [Float32Array, Float32Array];
  readonly qkv: readonly [Float32Array, Float32Array];
  readonly proj: readonly [Float32Array, Float32Array];
  readonly norm2: readonly [Float32Array, Float32Array];
  readonly fc1: readonly [Float32Array, Float32Array];
  readonly fc2: readonly [Float32Array, Float32Array];
}

export interface DecoderWeights {
  /** From coordinates: weight [channels, 3], bias [channels]. */
  readonly point: readonly [Float32Array, Float32Array];
  /** The last norm. */
  readonly norm: readonly [Float32Array, Float32Array];
  readonly blocks: readonly BlockWeights[];
}

/** The layers of a block as [outputs, inputs] in units of the token width, in the order of their panels. */
const LAYERS = [
  { name: 'qkv', outputs: 3, inputs: 1 },
  { name: 'proj', outputs: 1, inputs: 1 },
  { name: 'fc1', outputs: MLP_RATIO, inputs: 1 },
  { name: 'fc2', outputs: 1, inputs: MLP_RATIO },
] as const;

/** Elements of `packDecoder`'s result. */
export function packedSize({ channels: C, depth }: DecoderSize): number {
  const block = LAYERS.reduce((sum, l) => sum + padded(l.outputs * C) * (1 + l.inputs * C), 4 * C);
  return 6 * C + depth * block;
}

/**
 * Head: rows of the point layer's weight for x, y and z, its bias, gamma and beta of the last norm; [C] each. Then per
 * block: gamma and beta of norm1 and of norm2, [C] each; biases of qkv, proj, fc1, fc2, padded; their panels.
 */
export function packDecoder(size: DecoderSize, weights: DecoderWeights): Float32Array {
  const C = size.channels;
  const out = new Float32Array(packedSize(size));
  const [w, b] = weights.point;
  for (let c = 0; c < C; c++) for (let axis = 0; axis < 3; axis++) out[axis * C + c] = w[3 * c + axis];
  out.set(b, 3 * C);
  out.set(weights.norm[0], 4 * C);
  out.set(weights.norm[1], 5 * C);
  let at = 6 * C;
  for (const block of weights.blocks) {
    for (const part of [...block.norm1, ...block.norm2]) {
      out.set(part, at);
      at += C;
    }
    for (const { name, outputs } of LAYERS) {
      out.set(block[name][1], at);
      at += padded(outputs * C);
    }
    for (const { name, outputs, inputs } of LAYERS) {
      setPanels(out, at, block[name][0], outputs * C, inputs * C);
      at += padded(outputs * C) * inputs * C;
    }
  }
  return out;
}

/** w [columns, inner] -> [panel][inner][64 columns], from element `at` on. */
function setPanels(out: Float32Array, at: number, w: Float32Array, columns: number, inner: number): void {
  for (let column = 0; column < columns; column++) {
    let to = at + Math.floor(column / PANEL) * PANEL * inner + (column % PANEL);
    const from = column * inner;
    for (let i = 0; i < inner; i++, to += PANEL) out[to] = w[from + i];
  }
}
