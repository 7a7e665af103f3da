/** Kinds of benchmark cases: how each is built from the sizes in test/cases, how much it computes and how many bytes it moves. */
import type { Sources } from '../../src/graph/evaluate.ts';
import { attention, type AttentionSettings, columns } from '../../src/graph/ops/attention.ts';
import { conv2d, convTranspose2d, linear, matmul } from '../../src/graph/ops/matmul.ts';
import { renderMesh } from '../../src/graph/ops/mesh.ts';
import { add, gelu } from '../../src/graph/ops/pointwise.ts';
import { resize, type ResizeOptions } from '../../src/graph/ops/resize.ts';
import { layerNorm, softmax } from '../../src/graph/ops/rows.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import type { Preferences } from '../../src/kernels/target.ts';
import { addPoints } from '../../src/pipeline/mcc/lattice.ts';
import { gridPointsAt, nearOccupied } from '../../src/pipeline/mcc/listOps.ts';
import { queryAttention } from '../../src/pipeline/mcc/ops.ts';
import type { Conv2dCase } from '../../test/cases/conv2d.ts';
import type { Measured } from '../../test/cases/measured.ts';
import { benchSphere } from '../../test/cases/renderMesh.ts';
import type { Bound } from './ceiling.ts';
import { textbookMatmul } from './textbook.ts';

/** Entries of the table of preferences that name variants of kernels. */
export type Entry = Exclude<keyof Preferences, 'sweep'>;

/** One thing to measure. */
export interface BenchCase {
  readonly kernel: string;
  /** Sizes, such as `512 x 512 x 512`, and where they come from. Part of a stored line's name. */
  readonly shape: string;
  /** Floating-point operations, two for a multiply-add. */
  readonly flops: number;
  /** Bytes that have to be read and written at least once. */
  readonly bytes: number;
  readonly bound: Bound;
  /** The entry that chooses the variant; null where the kernel has no variants. */
  readonly entry: Entry | null;
  readonly build: (sources: Sources) => Tensor;
  /** Computes the same by the textbook's kernel. */
  readonly textbook?: (sources: Sources) => Tensor;
}

/** Named sizes of a case in test/cases. */
type Sizes<Name extends string> = Readonly<Record<Name, number>> & Measured;

/** x [rows, K] times w [N, K] plus bias and, with `residual`, plus another tensor [rows, N]. */
export function linearCase(sizes: Sizes<'rows' | 'K' | 'N'> & { readonly residual?: boolean }): BenchCase {
  const { rows: M, K, N, residual = false, bench } = sizes;
  return {
    kernel: 'linear',
    shape: `${M} x ${K} x ${N} (${bench})`,
    flops: 2 * M * K * N,
    bytes: 4 * (M * K + K * N + N + (residual ? 2 : 1) * M * N),
    bound: 'compute',
    entry: 'linear',
    build({ input, weight }) {
      const product = linear(input(values(M * K), [M, K]), weight(values(N * K), [N, K]), weight(values(N), [N]));
      return residual ? add(input(values(M * N), [M, N]), product) : product;
    },
  };
}

/** `linearCase` with the textbook's kernel beside it. */
export function linearAndTextbook(sizes: Parameters<typeof linearCase>[0]): BenchCase {
  const { rows: M, K, N } = sizes;
  return {
    ...linearCase(sizes),
    textbook: ({ input }) => textbookMatmul(input(values(M * K), [M, K]), input(values(K * N), [K, N])),
  };
}

/** Product of two computed matrices: a [B, M, K], b [B, N, K]. */
export function matmulCase({ B, M, K, N, bench }: Sizes<'B' | 'M' | 'K' | 'N'>): BenchCase {
  return {
    kernel: 'matmul',
    shape: `${B === 1 ? '' : `${B} x `}${M} x ${K} x ${N} (${bench})`,
    flops: 2 * B * M * K * N,
    bytes: 4 * B * (M * K + K * N + M * N),
    // With a short side, each element that is read serves little arithmetic.
    bound: Math.min(M, N, K) < 32 ? 'memory' : 'compute',
    entry: 'rows',
    build: ({ input }) =>
      matmul(input(values(B * M * K), [B, M, K]), input(values(B * N * K), [B, N, K]), { transposeB: true }),
  };
}

/** Self-attention of `N` tokens whose q, k and v are columns of one tensor. */
export function attentionCase(
  { heads, d, N, bench }: Sizes<'heads' | 'd' | 'N'>,
  settings: (sources: Sources) => AttentionSettings = () => ({ heads }),
): BenchCase {
  const C = heads * d;
  return {
    kernel: 'attention',
    shape: `${heads} heads of ${d}, ${N} (${bench})`,
    flops: 4 * N * N * C,
    bytes: 4 * (3 * N * C + N * C),
    bound: 'compute',
    entry: 'attention',
    build: (sources) => selfAttention(sources, N, C, settings(sources)),
  };
}

/** SAM's attention with decomposed relative positions: in windows of `size`, or over the whole grid (`size` 0). */
export function samAttentionCase({ heads, d, side, size, bench }: Sizes<'heads' | 'd' | 'side' | 'size'>): BenchCase {
  const [C, N] = [heads * d, side * side];
  const span = size || side;
  const padded = size ? Math.ceil(side / size) * size : side;
  const positions = ({ weight }: Sources): AttentionSettings => ({
    heads,
    bias: {
      kind: 'decomposed',
      relPosH: table(weight, 2 * span - 1, d),
      relPosW: table(weight, 2 * span - 1, d),
      height: span,
      width: span,
    },
    ...(size && { windows: { height: side, width: side, size, fill: weight(values(3 * C), [3 * C]) } }),
  });
  return {
    ...attentionCase({ heads, d, N, bench }, positions),
    shape: `${heads} heads of ${d}, ${side} x ${side}${size ? ` in windows of ${size} x ${size}` : ''} (${bench})`,
    // Queries by keys, probabilities by values, and queries by the tables of rows and of columns.
    flops: 4 * padded * padded * C * (span * span + span),
  };
}

/** BEiT's attention: a class token and a grid of tokens, with a table of relative positions. */
export function beitAttentionCase({
  heads,
  d,
  height,
  width,
  bench,
}: Sizes<'heads' | 'd' | 'height' | 'width'>): BenchCase {
  return attentionCase({ heads, d, N: height * width + 1, bench }, ({ weight }) => ({
    heads,
    bias: { kind: 'beit', table: table(weight, (2 * height - 1) * (2 * width - 1) + 3, heads), height, width },
  }));
}

/** Attention of N queries to M other tokens. */
export function crossAttentionCase({ heads, d, N, M, bench }: Sizes<'heads' | 'd' | 'N' | 'M'>): BenchCase {
  const C = heads * d;
  return {
    kernel: 'crossAttention',
    shape: `${heads} heads of ${d}, ${N} to ${M} (${bench})`,
    flops: 4 * N * M * C,
    bytes: 4 * (2 * N * C + 2 * M * C),
    bound: 'compute',
    entry: 'attention',
    build: ({ input }) => {
      const [k, v] = [0, 1].map(() => input(values(M * C), [1, M, C]));
      return attention(input(values(N * C), [1, N, C]), k, v, { heads });
    },
  };
}

/** MCC's decoder: each query attends to M cached tokens and to itself. */
export function queryAttentionCase({ heads, d, Q, M, bench }: Sizes<'heads' | 'd' | 'Q' | 'M'>): BenchCase {
  const C = heads * d;
  return {
    kernel: 'queryAttention',
    shape: `${heads} heads of ${d}, ${Q} to ${M} and itself (${bench})`,
    flops: 4 * Q * (M + 1) * C,
    bytes: 4 * (4 * Q * C + 2 * M * C),
    bound: 'compute',
    entry: 'attention',
    build: ({ input }) => {
      const [k, v] = [0, 1].map(() => input(values(M * C), [1, M, C]));
      return queryAttention(input(values(3 * Q * C), [Q, 3 * C]), k, v, { heads });
    },
  };
}

type ConvSizes = Pick<Conv2dCase, 'H' | 'W' | 'C' | 'O' | 'kernel' | 'stride' | 'padding'> & Measured;

/** Convolution of one feature map, with bias. */
export function convCase({ H, W, C, O, kernel, stride, padding, bench }: ConvSizes): BenchCase {
  const outputs = Math.ceil(H / stride) * Math.ceil(W / stride);
  const weights = O * C * kernel * kernel;
  return {
    kernel: 'conv2d',
    shape: `${kernel} x ${kernel}${stride > 1 ? `, stride ${stride}` : ''}, ${H} x ${W} x ${C}${O === C ? '' : ` to ${O}`} (${bench})`,
    flops: 2 * outputs * weights,
    bytes: 4 * (H * W * C + outputs * O + weights + O),
    bound: 'compute',
    entry: 'conv',
    build: ({ input, weight }) => {
      const [x, w] = [input(values(H * W * C), [1, H, W, C]), weight(values(weights), [O, C, kernel, kernel])];
      return conv2d(x, w, weight(values(O), [O]), { stride, padding });
    },
  };
}

/** Transposed convolution whose stride is its kernel. */
export function convTransposeCase({
  H,
  W,
  I: C,
  O,
  kernel,
  bench,
}: Sizes<'H' | 'W' | 'I' | 'O' | 'kernel'>): BenchCase {
  const weights = C * O * kernel * kernel;
  return {
    kernel: 'convTranspose2d',
    shape: `${kernel} x ${kernel}, ${H} x ${W} x ${C} to ${O} (${bench})`,
    flops: 2 * H * W * weights,
    bytes: 4 * (H * W * C + weights + O + H * W * kernel * kernel * O),
    bound: 'compute',
    entry: 'conv',
    build: ({ input, weight }) => {
      const [x, w] = [input(values(H * W * C), [1, H, W, C]), weight(values(weights), [C, O, kernel, kernel])];
      return convTranspose2d(x, w, weight(values(O), [O]), { stride: kernel });
    },
  };
}

export function layerNormCase({ rows, C, bench }: Sizes<'rows' | 'C'>): BenchCase {
  return {
    kernel: 'layerNorm',
    shape: `${rows} x ${C} (${bench})`,
    flops: 8 * rows * C,
    bytes: 4 * (2 * rows * C + 2 * C),
    bound: 'memory',
    entry: 'rows',
    build: ({ input, weight }) =>
      layerNorm(input(values(rows * C), [rows, C]), weight(values(C), [C]), weight(values(C), [C]), 1e-6),
  };
}

export function softmaxCase({ rows, C, bench }: Sizes<'rows' | 'C'>): BenchCase {
  return {
    kernel: 'softmax',
    shape: `${rows} x ${C} (${bench})`,
    flops: 8 * rows * C,
    bytes: 8 * rows * C,
    bound: 'memory',
    entry: 'rows',
    build: ({ input }) => softmax(input(values(rows * C), [rows, C])),
  };
}

export function geluCase({ rows, C, bench }: Sizes<'rows' | 'C'>): BenchCase {
  return {
    kernel: 'gelu',
    shape: `${rows} x ${C} (${bench})`,
    flops: 20 * rows * C,
    bytes: 8 * rows * C,
    bound: 'memory',
    entry: null,
    build: ({ input }) => gelu(input(values(rows * C), [rows, C])),
  };
}

interface ResizeSizes extends Measured {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly C: number;
  readonly options: ResizeOptions;
}

export function resizeCase({ from: [H, W], to: [h, w], C, options, bench }: ResizeSizes): BenchCase {
  return {
    kernel: 'resize',
    shape: `${options.mode}, ${H} x ${W} x ${C} to ${h} x ${w} (${bench})`,
    flops: (options.mode === 'bicubic' ? 40 : 8) * h * w * C,
    bytes: 4 * C * (H * W + h * w),
    bound: 'memory',
    entry: null,
    build: ({ input }) => resize(input(values(H * W * C), [1, H, W, C]), [h, w], options),
  };
}

/** Side of the picture that `renderMeshCase` draws, as large as the left half of a sheet. */
const PICTURE = 640;
/** Samples of a pixel along its side, as in a sheet. */
const SAMPLES = 2;

/** A lit picture of a sphere that fills most of it. */
export function renderMeshCase({ bands, bench }: Sizes<'bands'>): BenchCase {
  const { vertices, normals, triangles, colors } = benchSphere(bands);
  const [n, m] = [vertices.length / 3, triangles.length / 3];
  const rect = { left: 0, top: 0, right: PICTURE, bottom: PICTURE };
  const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const samples = PICTURE ** 2 * SAMPLES ** 2;
  return {
    kernel: 'renderMesh',
    shape: `${m} triangles on ${PICTURE} x ${PICTURE} (${bench})`,
    flops: 1000 * m + 250 * samples,
    bytes: 4 * (7 * n + 3 * m + 2 * samples + PICTURE ** 2),
    bound: 'memory',
    entry: null,
    build: ({ input }) =>
      renderMesh(
        {
          vertices: input(Float32Array.from(vertices), [n, 3]),
          normals: input(Float32Array.from(normals), [n, 3]),
          triangles: input(Uint32Array.from(triangles), [m, 3]),
          colors: input(colors, [n]),
        },
        {
          size: { width: PICTURE, height: PICTURE },
          views: [{ rect, matrix, focal: 1.8 * PICTURE, near: 0.5, far: 9 }],
          light: { reach: 0.3 },
          samples: SAMPLES,
        },
      ),
  };
}

type Counts = readonly [number, number, number];

/** Which points of a grid to query next: those around a ball that is known to be occupied. */
export function nearOccupiedCase({ counts, bench }: { readonly counts: Counts } & Measured): BenchCase {
  const [nx, ny, nz] = counts;
  const words = Math.ceil((nx * ny * nz) / 32);
  return {
    kernel: 'nearOccupied',
    shape: `${counts.join(' x ')} (${bench})`,
    flops: 0,
    bytes: 3 * 4 * words,
    bound: 'memory',
    entry: null,
    build: ({ input }) => {
      const ball = ballBits(counts);
      return nearOccupied(input(ball, [words]), input(ball, [words]), counts);
    },
  };
}

/** Coordinates of points of a grid from a list of indices. */
export function gridPointsAtCase({
  counts,
  count,
  bench,
}: { readonly counts: Counts; readonly count: number } & Measured): BenchCase {
  const [nx, ny, nz] = counts;
  return {
    kernel: 'gridPointsAt',
    shape: `${count} of ${counts.join(' x ')} (${bench})`,
    flops: 0,
    bytes: 4 * (nx + ny + nz + count + 3 * count),
    bound: 'memory',
    entry: null,
    build: ({ input }) => {
      const step = Math.floor((nx * ny * nz) / count);
      const indices = Uint32Array.from({ length: count }, (_, i) => step * i);
      return gridPointsAt({ counts, axes: values(nx + ny + nz) }, input(indices, [count]));
    },
  };
}

/** Bits of the grid's points in a ball in its middle, a quarter of its length across. */
function ballBits([nx, ny, nz]: Counts): Uint32Array {
  const bits = new Uint32Array(Math.ceil((nx * ny * nz) / 32));
  const inside = Array.from({ length: nx * ny * nz }, (_, i) => i).filter((i) => {
    const [x, y, z] = [Math.floor(i / (ny * nz)), Math.floor(i / nz) % ny, i % nz];
    return Math.hypot(x - nx / 2, y - ny / 2, z - nz / 2) < nx / 8;
  });
  addPoints(bits, Uint32Array.from(inside));
  return bits;
}

function selfAttention({ input }: Sources, N: number, C: number, settings: AttentionSettings): Tensor {
  const qkv = input(values(3 * N * C), [1, N, 3 * C]);
  const [q, k, v] = [0, 1, 2].map((part) => columns(qkv, part * C, (part + 1) * C));
  return attention(q, k, v, settings);
}

/** Values in -1..1. Zeros would make some processors faster. */
export function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i));
}

/** A table of relative positions. */
function table(weight: Sources['weight'], rows: number, columns: number): Tensor {
  return weight(values(rows * columns), [rows, columns]);
}
