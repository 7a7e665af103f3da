/** Checks of attention: plain, with each kind of bias, in windows, and of queries to seen tokens. */
import type { Sources } from '../../src/graph/evaluate.ts';
import { attention, columns, type AttentionSettings } from '../../src/graph/ops/attention.ts';
import type { Tensor } from '../../src/graph/tensor.ts';
import {
  attentionRef,
  beitBiasRef,
  decomposedBiasRef,
  queryAttentionRef,
  windowsRef,
} from '../../src/kernels/attention/attention.ref.ts';
import { queryAttention } from '../../src/pipeline/mcc/ops.ts';
import { attentionCases, positionCases, queryCases, windowCases } from '../cases/attention.ts';
import { EPS, noise } from '../setup/numbers.ts';
import { within, type KernelCheck } from './check.ts';

/** Columns of rows of S numbers. */
function pick(x: ArrayLike<number>, S: number, from: number, to: number): Float64Array {
  const rows = x.length / S;
  const out = new Float64Array(rows * (to - from));
  for (let i = 0; i < out.length; i++) out[i] = x[Math.floor(i / (to - from)) * S + from + (i % (to - from))];
  return out;
}

/** Queries, keys and values, which are columns of one tensor. */
const thirds = (x: ArrayLike<number>, C: number) =>
  [0, 1, 2].map((i) => pick(x, 3 * C, i * C, (i + 1) * C)) as [Float64Array, Float64Array, Float64Array];

/**
 * Relative error of a weight is the absolute error of its logit: sums of `d` products of size 1.7 * 1.7 * scale, plus
 * the bias; a result is a mean of M values below 1 whose rounding adds a sum's error.
 */
const boundOf = (d: number, M: number, biasSize = 0): number =>
  8 * EPS * (Math.sqrt(d) * 3 + 3 * Math.sqrt(d) + biasSize * 4 + Math.sqrt(M) + 8);

/** Self-attention of tokens whose queries, keys and values are columns of one tensor. */
function selfAttention(t: Tensor, C: number, settings: AttentionSettings): Tensor {
  const [q, k, v] = [0, 1, 2].map((i) => columns(t, i * C, (i + 1) * C));
  return attention(q, k, v, settings);
}

const common = { kernel: 'attention', entry: 'attention' } as const;

const plainChecks = attentionCases.map(({ B, heads, N, M, d }): KernelCheck => ({
  ...common,
  name: `${B} x ${heads} heads of ${d}, ${N} queries, ${M} keys`,
  prepare() {
    const C = heads * d;
    const [q, k, v] = [noise(B * N * C, 1, 1.7), noise(B * M * C, 2, 1.7), noise(B * M * C, 3)];
    return {
      build: (s) => ({
        y: attention(s.input(q, [B, N, C]), s.input(k, [B, M, C]), s.input(v, [B, M, C]), { heads }),
      }),
      expected: () => ({ y: within(attentionRef(q, k, v, { B, N, M, heads }), boundOf(d, M)) }),
    };
  },
}));

const positionChecks = positionCases.flatMap(({ heads, height, width, d }): KernelCheck[] => {
  const C = heads * d;
  return [
    {
      ...common,
      name: `decomposed positions ${height} x ${width}, ${heads} heads of ${d}`,
      prepare() {
        const N = height * width;
        const qkv = noise(N * 3 * C, 1, 1.7);
        const relPosH = noise((2 * height - 1) * d, 2, 0.4);
        const relPosW = noise((2 * width - 1) * d, 3, 0.4);
        return {
          build: (s) => ({
            y: selfAttention(s.input(qkv, [1, N, 3 * C]), C, {
              heads,
              bias: {
                kind: 'decomposed',
                relPosH: s.weight(relPosH, [2 * height - 1, d]),
                relPosW: s.weight(relPosW, [2 * width - 1, d]),
                height,
                width,
              },
            }),
          }),
          expected() {
            const [q, k, v] = thirds(qkv, C);
            const bias = decomposedBiasRef(q, relPosH, relPosW, C, heads, height, width);
            const values = attentionRef(q, k, v, { B: 1, N, M: N, heads, bias });
            return { y: within(values, boundOf(d, N, 1.4 * Math.sqrt(d)) * 1.7) };
          },
        };
      },
    },
    {
      ...common,
      name: `beit positions ${height} x ${width}, ${heads} heads of ${d}`,
      prepare() {
        const N = height * width + 1;
        const qkv = noise(N * 3 * C, 4, 1.7);
        const rows = (2 * height - 1) * (2 * width - 1) + 3;
        const table = noise(rows * heads, 5);
        return {
          build: (s) => ({
            y: selfAttention(s.input(qkv, [1, N, 3 * C]), C, {
              heads,
              bias: { kind: 'beit', table: s.input(table, [rows, heads]), height, width },
            }),
          }),
          expected() {
            const [q, k, v] = thirds(qkv, C);
            const bias = beitBiasRef(table, heads, height, width);
            return { y: within(attentionRef(q, k, v, { B: 1, N, M: N, heads, bias }), boundOf(d, N, 1) * 1.7) };
          },
        };
      },
    },
  ];
});

const fullCheck: KernelCheck = {
  ...common,
  name: 'full bias, cross attention, own scale',
  prepare() {
    const [heads, N, M, d] = [3, 10, 37, 8];
    const C = heads * d;
    const [q, k, v] = [noise(N * C, 1, 1.7), noise(M * C, 2, 1.7), noise(M * C, 3)];
    const b = noise(heads * N * M, 4);
    return {
      build: (s) => ({
        y: attention(s.input(q, [1, N, C]), s.input(k, [1, M, C]), s.input(v, [1, M, C]), {
          heads,
          scale: 0.5,
          bias: { kind: 'full', bias: s.input(b, [heads, N, M]) },
        }),
      }),
      expected() {
        const bias = (_: number, h: number, n: number, m: number) => b[(h * N + n) * M + m];
        const values = attentionRef(q, k, v, { B: 1, N, M, heads, scale: 0.5, bias });
        return { y: within(values, 2 * boundOf(d, M, 1)) };
      },
    };
  },
};

const windowChecks = windowCases.map(({ B, heads, height, width, size, d }): KernelCheck => ({
  ...common,
  name: `windows of ${size} in ${B} x ${height} x ${width}, ${heads} heads of ${d}`,
  prepare() {
    const C = heads * d;
    const qkv = noise(B * height * width * 3 * C, 1, 1.7);
    const fill = noise(3 * C, 2);
    const rel = [3, 4].map((seed) => noise((2 * size - 1) * d, seed, 0.4));
    return {
      build(s: Sources) {
        const [relPosH, relPosW] = rel.map((table) => s.weight(table, [2 * size - 1, d]));
        return {
          y: selfAttention(s.input(qkv, [B, height * width, 3 * C]), C, {
            heads,
            bias: { kind: 'decomposed', relPosH, relPosW, height: size, width: size },
            windows: { height, width, size, fill: s.weight(fill, [3 * C]) },
          }),
        };
      },
      expected() {
        const w = windowsRef(B, height, width, size);
        const [q, k, v] = thirds(w.partition(qkv, fill), C);
        const N = size * size;
        const bias = decomposedBiasRef(q, rel[0], rel[1], C, heads, size, size);
        const values = w.merge(attentionRef(q, k, v, { B: w.groups, N, M: N, heads, bias }), C);
        return { y: within(values, boundOf(d, N, 1.4 * Math.sqrt(d)) * 1.7) };
      },
    };
  },
}));

const queryChecks = queryCases.map(({ Q, M, heads, d }): KernelCheck => ({
  ...common,
  name: `queries: ${Q} with ${M} seen tokens, ${heads} heads of ${d}`,
  prepare() {
    const C = heads * d;
    const [qkv, seenK, seenV] = [noise(Q * 3 * C, 1, 1.7), noise(M * C, 2, 1.7), noise(M * C, 3)];
    return {
      build: (s) => ({
        y: queryAttention(s.input(qkv, [Q, 3 * C]), s.input(seenK, [1, M, C]), s.input(seenV, [1, M, C]), { heads }),
      }),
      expected: () => ({ y: within(queryAttentionRef(qkv, seenK, seenV, C, heads), boundOf(d, M) * 1.7) }),
    };
  },
}));

const largeLogits: KernelCheck = {
  ...common,
  name: 'large logits do not overflow',
  prepare() {
    const [N, d] = [40, 16];
    const q = noise(N * d, 1, 100);
    const v = noise(N * d, 2);
    return {
      build(s) {
        const x = s.input(q, [1, N, d]);
        return { y: attention(x, x, s.input(v, [1, N, d]), { heads: 1, scale: 1 }) };
      },
      // Logits of 50000 are known to 0.03 only, but here one key wins each row by more than 100: the answer is its value.
      expected: () => ({ y: within(attentionRef(q, q, v, { B: 1, N, M: N, heads: 1, scale: 1 }), 4 * EPS) }),
    };
  },
};

export const attentionChecks: readonly KernelCheck[] = [
  ...plainChecks,
  ...positionChecks,
  fullCheck,
  ...windowChecks,
  ...queryChecks,
  largeLogits,
];
