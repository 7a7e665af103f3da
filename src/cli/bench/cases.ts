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
