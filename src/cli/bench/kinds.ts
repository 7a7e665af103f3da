/** Kinds of benchmark cases: how each is built from its sizes, and what it has to compute and to move. */
import type { Sources } from '../../graph/evaluate.ts';
import { attention, type AttentionSettings, columns, queryAttention } from '../../graph/ops/attention.ts';
import { conv2d, convTranspose2d, linear, matmul } from '../../graph/ops/matmul.ts';
import { gelu } from '../../graph/ops/pointwise.ts';
import { resize, type ResizeOptions } from '../../graph/ops/resize.ts';
import { layerNorm, softmax } from '../../graph/ops/rows.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { Target } from '../../kernels/target.ts';
import type { Bound } from './ceiling.ts';
import { textbookMatmul } from './textbook.ts';

/** Entry of the table of kernel families that decides how a case runs. */
export type Choice = 'linear' | 'attention' | 'conv' | 'rows';

/** One thing to measure. */
export interface BenchCase {
  readonly kernel: string;
  /** Sizes as people write them, `512 x 512 x 512`, and where they come from. */
  readonly shape: string;
  /** Floating-point operations, two for a multiply-add. */
  readonly flops: number;
  /** Bytes that have to be read and written at least once. */
  readonly bytes: number;
  readonly bound: Bound;
  /** Null where there is one kernel for all adapters. */
  readonly choice: keyof Pick<Target, Choice> | null;
  readonly build: (sources: Sources) => Tensor;
  /** The same result by the kernel of textbooks. */
  readonly textbook?: (sources: Sources) => Tensor;
}

/** x [M, K] times w [N, K] plus bias. */
export function linearCase(M: number, K: number, N: number, where: string): BenchCase {
  return {
    kernel: 'linear',
    shape: `${M} x ${K} x ${N} (${where})`,
    flops: 2 * M * K * N,
    bytes: 4 * (M * K + K * N + N + M * N),
    bound: 'compute',
    choice: 'linear',
    build: ({ input, weight }) =>
      linear(input(values(M * K), [M, K]), weight(values(N * K), [N, K]), weight(values(N), [N])),
  };
}

/** The same with the kernel of textbooks beside it. */
export const linearAndTextbook = (M: number, K: number, N: number, where: string): BenchCase => ({
  ...linearCase(M, K, N, where),
  textbook: ({ input }) => textbookMatmul(input(values(M * K), [M, K]), input(values(K * N), [K, N])),
});

/** Product of computed matrices: a [B, M, K], b [B, N, K]. */
export function matmulCase(B: number, M: number, K: number, N: number, where: string): BenchCase {
  return {
    kernel: 'matmul',
    shape: `${B === 1 ? '' : `${B} x `}${M} x ${K} x ${N} (${where})`,
    flops: 2 * B * M * K * N,
    bytes: 4 * B * (M * K + K * N + M * N),
    // With few rows, b is read once for little arithmetic.
    bound: Math.min(M, N, K) < 32 ? 'memory' : 'compute',
    choice: null,
    build: ({ input }) =>
      matmul(input(values(B * M * K), [B, M, K]), input(values(B * N * K), [B, N, K]), { transposeB: true }),
  };
}

/** Self-attention of `N` tokens whose q, k and v are columns of one tensor. */
export function attentionCase(
  heads: number,
  headDim: number,
  N: number,
  where: string,
  settings: (sources: Sources) => AttentionSettings = () => ({ heads }),
): BenchCase {
  const C = heads * headDim;
  return {
    kernel: 'attention',
    shape: `${heads} heads of ${headDim}, ${N} (${where})`,
    flops: 4 * N * N * C,
    bytes: 4 * (3 * N * C + N * C),
    bound: 'compute',
    choice: 'attention',
    build: (sources) => selfAttention(sources, N, C, settings(sources)),
  };
}

/** SAM's attention over a grid with decomposed positions, in windows or (`size` 0) of the whole grid. */
export function samAttentionCase(heads: number, headDim: number, side: number, size: number, where: string): BenchCase {
  const [C, N] = [heads * headDim, side * side];
  const span = size || side;
  const padded = size ? Math.ceil(side / size) * size : side;
  const positions = ({ weight }: Sources): AttentionSettings => ({
    heads,
    bias: {
      kind: 'decomposed',
      relPosH: table(weight, 2 * span - 1, headDim),
      relPosW: table(weight, 2 * span - 1, headDim),
      height: span,
      width: span,
    },
    ...(size && { windows: { height: side, width: side, size, fill: weight(values(3 * C), [3 * C]) } }),
  });
  return {
    ...attentionCase(heads, headDim, N, where, positions),
    shape: `${heads} heads of ${headDim}, ${side} x ${side}${size ? ` in windows of ${size} x ${size}` : ''} (${where})`,
    // Products of queries with keys and with values, and with two rows of positions.
    flops: 4 * padded * padded * C * (span * span + span),
  };
}

/** BEiT's attention: a class token and a grid, with a table of positions. */
export function beitAttentionCase(
  heads: number,
  headDim: number,
  height: number,
  width: number,
  where: string,
): BenchCase {
  return attentionCase(heads, headDim, height * width + 1, where, ({ weight }) => ({
    heads,
    bias: { kind: 'beit', table: table(weight, (2 * height - 1) * (2 * width - 1) + 3, heads), height, width },
  }));
}

/** Attention of N queries to M other tokens. */
export function crossAttentionCase(heads: number, headDim: number, N: number, M: number, where: string): BenchCase {
  const C = heads * headDim;
  return {
    kernel: 'crossAttention',
    shape: `${heads} heads of ${headDim}, ${N} to ${M} (${where})`,
    flops: 4 * N * M * C,
    bytes: 4 * (2 * N * C + 2 * M * C),
    bound: 'compute',
    choice: 'attention',
    build: ({ input }) => {
      const [k, v] = [0, 1].map(() => input(values(M * C), [1, M, C]));
      return attention(input(values(N * C), [1, N, C]), k, v, { heads });
    },
  };
}

/** MCC's queries: each attends to M cached tokens and to itself. */
export function queryAttentionCase(heads: number, headDim: number, Q: number, M: number, where: string): BenchCase {
  const C = heads * headDim;
  return {
    kernel: 'queryAttention',
    shape: `${heads} heads of ${headDim}, ${Q} to ${M} and itself (${where})`,
    flops: 4 * Q * (M + 1) * C,
    bytes: 4 * (4 * Q * C + 2 * M * C),
    bound: 'compute',
    choice: 'attention',
    build: ({ input }) => {
      const [k, v] = [0, 1].map(() => input(values(M * C), [1, M, C]));
      return queryAttention(input(values(3 * Q * C), [Q, 3 * C]), k, v, { heads });
    },
  };
}

interface ConvSizes {
  H: number;
  W: number;
  C: number;
  /** Output channels; those of the input when absent. */
  O?: number;
  kernel: number;
  stride?: number;
}

/** Convolution that keeps the size, or with `stride` = `kernel` one that cuts into patches. */
export function convCase({ H, W, C, O = C, kernel, stride = 1 }: ConvSizes, where: string): BenchCase {
  const padding = stride === kernel ? 0 : (kernel - 1) / 2;
  const outputs = Math.ceil(H / stride) * Math.ceil(W / stride);
  const weights = O * C * kernel * kernel;
  return {
    kernel: 'conv2d',
    shape: `${kernel} x ${kernel}${stride > 1 ? `, stride ${stride}` : ''}, ${H} x ${W} x ${C}${O === C ? '' : ` to ${O}`} (${where})`,
    flops: 2 * outputs * weights,
    bytes: 4 * (H * W * C + outputs * O + weights + O),
    bound: 'compute',
    choice: 'conv',
    build: ({ input, weight }) => {
      const [x, w] = [input(values(H * W * C), [1, H, W, C]), weight(values(weights), [O, C, kernel, kernel])];
      return conv2d(x, w, weight(values(O), [O]), { stride, padding });
    },
  };
}

/** Transposed convolution whose stride is its kernel. */
export function convTransposeCase(
  H: number,
  W: number,
  C: number,
  O: number,
  kernel: number,
  where: string,
): BenchCase {
  const weights = C * O * kernel * kernel;
  return {
    kernel: 'convTranspose2d',
    shape: `${kernel} x ${kernel}, ${H} x ${W} x ${C} to ${O} (${where})`,
    flops: 2 * H * W * weights,
    bytes: 4 * (H * W * C + weights + O + H * W * kernel * kernel * O),
    bound: 'compute',
    choice: 'conv',
    build: ({ input, weight }) => {
      const [x, w] = [input(values(H * W * C), [1, H, W, C]), weight(values(weights), [C, O, kernel, kernel])];
      return convTranspose2d(x, w, weight(values(O), [O]), { stride: kernel });
    },
  };
}

export function layerNormCase(rows: number, C: number, where: string): BenchCase {
  return {
    kernel: 'layerNorm',
    shape: `${rows} x ${C} (${where})`,
    flops: 8 * rows * C,
    bytes: 4 * (2 * rows * C + 2 * C),
    bound: 'memory',
    choice: 'rows',
    build: ({ input, weight }) =>
      layerNorm(input(values(rows * C), [rows, C]), weight(values(C), [C]), weight(values(C), [C]), 1e-6),
  };
}

export function softmaxCase(rows: number, C: number, where: string): BenchCase {
  return {
    kernel: 'softmax',
    shape: `${rows} x ${C} (${where})`,
    flops: 8 * rows * C,
    bytes: 8 * rows * C,
    bound: 'memory',
    choice: 'rows',
    build: ({ input }) => softmax(input(values(rows * C), [rows, C])),
  };
}

export function geluCase(rows: number, C: number, where: string): BenchCase {
  return {
    kernel: 'gelu',
    shape: `${rows} x ${C} (${where})`,
    flops: 20 * rows * C,
    bytes: 8 * rows * C,
    bound: 'memory',
    choice: null,
    build: ({ input }) => gelu(input(values(rows * C), [rows, C])),
  };
}

export function resizeCase(
  [H, W, C]: readonly [number, number, number],
  [h, w]: readonly [number, number],
  options: ResizeOptions,
  where: string,
): BenchCase {
  return {
    kernel: 'resize',
    shape: `${options.mode}, ${H} x ${W} x ${C} to ${h} x ${w} (${where})`,
    flops: (options.mode === 'bicubic' ? 40 : 8) * h * w * C,
    bytes: 4 * C * (H * W + h * w),
    bound: 'memory',
    choice: null,
    build: ({ input }) => resize(input(values(H * W * C), [1, H, W, C]), [h, w], options),
  };
}

function selfAttention({ input }: Sources, N: number, C: number, settings: AttentionSettings): Tensor {
  const qkv = input(values(3 * N * C), [1, N, 3 * C]);
  const [q, k, v] = [0, 1, 2].map((part) => columns(qkv, part * C, (part + 1) * C));
  return attention(q, k, v, settings);
}

/** Values in -1..1: zeros would flatter kernels on processors that skip them. */
function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i));
}

/** A table of positions. */
function table(weight: Sources['weight'], rows: number, columns: number): Tensor {
  return weight(values(rows * columns), [rows, columns]);
}
