/** What `unflat bench` measures: the shapes that the three networks run, and round ones to compare with other libraries. */
import { attention, type AttentionSettings, columns } from '../../graph/ops/attention.ts';
import { conv2d, linear } from '../../graph/ops/matmul.ts';
import { layerNorm } from '../../graph/ops/rows.ts';
import type { Sources } from '../../graph/evaluate.ts';
import type { BenchCase } from './measure.ts';

export const benchCases: readonly BenchCase[] = [
  linearCase(512, 512, 512, 'round'),
  linearCase(197, 768, 768, 'MCC'),
  linearCase(4096, 768, 3072, 'SAM vit_b MLP'),
  linearCase(1025, 1024, 4096, 'ZoeDepth MLP'),
  conv2dCase(56, 56, 64, 64, { kernel: 3, padding: 1 }, 'round'),
  conv2dCase(64, 64, 256, 256, { kernel: 3, padding: 1 }, 'SAM neck'),
  conv2dCase(1024, 1024, 3, 768, { kernel: 16, stride: 16 }, 'SAM vit_b patches'),
  conv2dCase(96, 128, 256, 256, { kernel: 3, padding: 1 }, 'ZoeDepth fusion'),
  convTransposeCase(64, 64, 256, 64, 2, 'SAM upscaling'),
  matmulCase(4, 32, 65536, 'SAM masks'),
  attentionCase(12, 64, 1024, 'round'),
  attentionCase(12, 64, 197, 'MCC'),
  attentionCase(12, 64, 4096, 'SAM vit_b, global', ({ weight }) => ({
    heads: 12,
    bias: {
      kind: 'decomposed',
      relPosH: table(weight, 127, 64),
      relPosW: table(weight, 127, 64),
      height: 64,
      width: 64,
    },
  })),
  attentionCase(16, 64, 769, 'ZoeDepth', ({ weight }) => ({
    heads: 16,
    bias: { kind: 'beit', table: table(weight, 47 * 63 + 3, 16), height: 24, width: 32 },
  })),
  convCase(56, 56, 64, 'round'),
  convCase(64, 64, 256, 'SAM neck'),
  convCase(192, 256, 256, 'ZoeDepth fusion'),
  layerNormCase(4096, 768, 'SAM vit_b'),
  layerNormCase(197, 768, 'MCC'),
];

/** x [M, K] times w [N, K] plus bias. */
function linearCase(M: number, K: number, N: number, where: string): BenchCase {
  return {
    kernel: 'linear',
    shape: `${M} x ${K} x ${N} (${where})`,
    flops: 2 * M * K * N,
    bytes: 4 * (M * K + K * N + N + M * N),
    bound: 'compute',
    build: ({ input, weight }) =>
      linear(input(values(M * K), [M, K]), weight(values(N * K), [N, K]), weight(values(N), [N])),
  };
}

/** x [height, width, C] to O channels, with bias. */
function conv2dCase(
  height: number,
  width: number,
  C: number,
  O: number,
  { kernel, stride = 1, padding = 0 }: { kernel: number; stride?: number; padding?: number },
  where: string,
): BenchCase {
  const [outHeight, outWidth] = [height, width].map((n) => Math.floor((n + 2 * padding - kernel) / stride) + 1);
  const weights = O * C * kernel ** 2;
  return {
    kernel: 'conv2d',
    shape: `${height} x ${width} x ${C} to ${O}, ${kernel} x ${kernel} (${where})`,
    flops: 2 * outHeight * outWidth * weights,
    bytes: 4 * (height * width * C + weights + O + outHeight * outWidth * O),
    bound: 'compute',
    build: ({ input, weight }) =>
      conv2d(
        input(values(height * width * C), [1, height, width, C]),
        weight(values(weights), [O, C, kernel, kernel]),
        weight(values(O), [O]),
        { stride, padding },
      ),
  };
}

/** x [height, width, I] to O channels of k times the size. */
function convTransposeCase(height: number, width: number, I: number, O: number, k: number, where: string): BenchCase {
  return {
    kernel: 'convTranspose2d',
    shape: `${height} x ${width} x ${I} to ${O}, times ${k} (${where})`,
    flops: 2 * height * width * I * O * k * k,
    bytes: 4 * (height * width * I + I * O * k * k + O + height * width * k * k * O),
    bound: 'compute',
    build: ({ input, weight }) =>
      convTranspose2d(
        input(values(height * width * I), [1, height, width, I]),
        weight(values(I * O * k * k), [I, O, k, k]),
        weight(values(O), [O]),
        { stride: k },
      ),
  };
}

/** a [M, K] times b [K, N], both computed. */
function matmulCase(M: number, K: number, N: number, where: string): BenchCase {
  return {
    kernel: 'matmul',
    shape: `${M} x ${K} x ${N} (${where})`,
    flops: 2 * M * K * N,
    bytes: 4 * (M * K + K * N + M * N),
    bound: 'memory',
    build: ({ input }) => matmul(input(values(M * K), [1, M, K]), input(values(K * N), [1, K, N])),
  };
}

/** Self-attention of `N` tokens whose q, k and v are columns of one tensor. */
function attentionCase(
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
    build: (sources) => {
      const qkv = sources.input(values(3 * N * C), [1, N, 3 * C]);
      const [q, k, v] = [0, 1, 2].map((part) => columns(qkv, part * C, (part + 1) * C));
      return attention(q, k, v, settings(sources));
    },
  };
}

/** 3 x 3 convolution that keeps size and channels. */
function convCase(H: number, W: number, C: number, where: string): BenchCase {
  return {
    kernel: 'conv2d',
    shape: `3 x 3, ${H} x ${W} x ${C} (${where})`,
    flops: 2 * 9 * H * W * C * C,
    bytes: 4 * (2 * H * W * C + 9 * C * C + C),
    bound: 'compute',
    build: ({ input, weight }) => {
      const [x, w, b] = [values(H * W * C), values(9 * C * C), values(C)];
      return conv2d(input(x, [1, H, W, C]), weight(w, [C, C, 3, 3]), weight(b, [C]), { padding: 1 });
    },
  };
}

function layerNormCase(rows: number, C: number, where: string): BenchCase {
  return {
    kernel: 'layerNorm',
    shape: `${rows} x ${C} (${where})`,
    flops: 8 * rows * C,
    bytes: 4 * (2 * rows * C + 2 * C),
    bound: 'memory',
    build: ({ input, weight }) =>
      layerNorm(input(values(rows * C), [rows, C]), weight(values(C), [C]), weight(values(C), [C]), 1e-6),
  };
}

/** Values in -1..1: zeros would flatter kernels on processors that skip them. */
function values(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i));
}

/** A table of positions. */
function table(weight: Sources['weight'], rows: number, columns: number) {
  return weight(values(rows * columns), [rows, columns]);
}
