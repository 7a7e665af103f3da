/**
 * The cases of the self-test: kernels on small inputs, and what float64 gives for them. With f16, activations are halves and
 * every kernel is there that a network runs on halves.
 */
import type { Sources } from '../graph/evaluate.ts';
import { attention, columns, type AttentionSettings } from '../graph/ops/attention.ts';
import { cast } from '../graph/ops/cast.ts';
import { conv2d, convTranspose2d, linear, linearOp, matmul } from '../graph/ops/matmul.ts';
import { concat, pad, slice } from '../graph/ops/movement.ts';
import { add, gelu, mul, relu } from '../graph/ops/pointwise.ts';
import { gatherRows } from '../graph/ops/points.ts';
import { nonFinite } from '../graph/ops/reduce.ts';
import { resize } from '../graph/ops/resize.ts';
import { layerNorm } from '../graph/ops/rows.ts';
import type { Tensor } from '../graph/tensor.ts';
import {
  attentionRef,
  beitBiasRef,
  decomposedBiasRef,
  queryAttentionRef,
  windowsRef,
} from '../kernels/attention/attention.ref.ts';
import { binaryRef } from '../kernels/binary/binary.ref.ts';
import { conv2dRef } from '../kernels/conv2d/conv2d.ref.ts';
import { convTranspose2dRef } from '../kernels/convTranspose2d/convTranspose2d.ref.ts';
import { gatherRowsRef } from '../kernels/gatherRows/gatherRows.ref.ts';
import { layerNormRef } from '../kernels/layerNorm/layerNorm.ref.ts';
import { linearRef } from '../kernels/linear/linear.ref.ts';
import { matmulRef } from '../kernels/matmul/matmul.ref.ts';
import { resizeRef } from '../kernels/resize/resize.ref.ts';
import { packDecoder, packedSize, type DecoderWeights } from '../kernels/sweepDecoder/pack.ts';
import { sweepDecoderRef } from '../kernels/sweepDecoder/sweepDecoder.ref.ts';
import type { Precision } from '../kernels/target.ts';
import { unaryRef } from '../kernels/unary/unary.ref.ts';
import { queryAttention, sweepDecoder } from '../pipeline/mcc/ops.ts';

export interface Case {
  readonly name: string;
  /** The kernel that the case is for, and the entry of the target that selects its variant: each variant that can run is tested. */
  readonly variantsOf?: {
    readonly kernel: string;
    readonly entry: 'linear' | 'conv' | 'attention' | 'rows';
    /** The variant that the case is about, if it is about one. */
    readonly only?: string;
  };
  build(sources: Sources): Tensor;
  reference(): Float64Array;
  /** Largest allowed error in f32. It follows from the length of the sums and the size of the results. */
  readonly bound: number;
  /** What is allowed beyond `bound` where matrix instructions round an f32 operand to halves. */
  readonly matrixBound?: number;
}

/** Unit roundoff: half of the distance between 1 and the next larger number. */
export const ROUNDOFF: Readonly<Record<Precision, number>> = { f32: 2 ** -24, f16: 2 ** -11 };
const EPS = ROUNDOFF.f32;

/** The cases for a device that stores large weights and activations in `precision`. */
export function selfTestCases(precision: Precision): Case[] {
  const cases = [...productCases(precision), ...rowCases(precision)];
  return precision === 'f16' ? [...cases, ...halfCases()] : cases;
}

/** Error bound of a sum of K products: partial sums grow to sqrt(K) / 3 and are rounded 2 K times; each weight is rounded once. */
const productBound = (K: number, precision: Precision): number => 2 * EPS * K + 2 * ROUNDOFF[precision] * Math.sqrt(K);

/** Kernels that read large weights, which are stored in the device's precision. */
function productCases(precision: Precision): Case[] {
  const [rows, K, N] = [37, 768, 96];
  const [x, residual] = [exact(rows * K, 1), exact(rows * N, 11)];
  const [w, b, scale] = [values(N * K, 2), values(N, 12), values(N, 13)];
  const [B, H, W, C, O, kernel] = [1, 9, 7, 32, 40, 3];
  const map = exact(B * H * W * C, 8);
  const window = values(O * C * kernel * kernel, 9);
  const conv = { stride: 1, padding: 1, groups: 1 } as const;
  const side = 2;
  const scattered = values(C * O * side * side, 10);
  return [
    {
      name: `linear ${rows} x ${K} x ${N}`,
      variantsOf: { kernel: 'linear', entry: 'linear' },
      build: ({ input, weight }) =>
        linearOp.record(
          {
            x: input(x, [rows, K], precision),
            w: weight(w, [N, K]),
            b: weight(b, [N]),
            scale: weight(scale, [N]),
            residual: input(residual, [rows, N], precision),
          },
          { activation: 'gelu' },
        ),
      reference: () => linearRef(x, w, N, K, { bias: b, scale, residual, activation: 'gelu' }),
      bound: 1.2 * productBound(K, precision), // GELU changes by up to 1.13 per unit
    },
    {
      name: `conv2d ${kernel} x ${kernel}, ${C} to ${O}`,
      variantsOf: { kernel: 'conv2d', entry: 'conv' },
      build: ({ input, weight }) =>
        conv2d(input(map, [B, H, W, C], precision), weight(window, [O, C, kernel, kernel]), null, conv),
      reference: () => conv2dRef(map, window, { B, H, W, C, O, kernel, ...conv }),
      bound: productBound(C * kernel * kernel, precision),
    },
    {
      name: `convTranspose2d ${side} x ${side}, ${C} to ${O}`,
      variantsOf: { kernel: 'convTranspose2d', entry: 'conv' },
      build: ({ input, weight }) => {
        const y = input(map, [B, H, W, C], precision);
        return convTranspose2d(y, weight(scattered, [C, O, side, side]), null, { stride: side });
      },
      reference: () => convTranspose2dRef(map, scattered, null, { B, H, W, I: C, O, kernel: side }),
      bound: productBound(C, precision),
    },
  ];
}

/**
 * Linear layers in the tiles of matrix instructions that the others do not use: 64 x 64 and 64 x 128. Their input is f32, which
 * the kernel rounds to halves. WGSL allows either neighbor: at most 2^-10 of a number, twice the unit roundoff.
 */
export const matrixCases = (precision: Precision): Case[] =>
  [
    [16384, 44, 132],
    [64, 44, 16384],
  ].map(([rows, K, N]) => {
    const [x, w] = [values(rows * K, 1), values(N * K, 2)];
    return {
      name: `linear ${rows} x ${K} x ${N}`,
      variantsOf: { kernel: 'linear', entry: 'linear', only: 'matrix' },
      build: ({ input, weight }) => linear(input(x, [rows, K]), weight(w, [N, K]), null),
      reference: () => linearRef(x, w, N, K),
      bound: productBound(K, precision),
      matrixBound: 4 * ROUNDOFF.f16 * Math.sqrt(K),
    };
  });

/** Attention and layer norm, which read no large weights. */
function rowCases(precision: Precision): Case[] {
  const [rows, K] = [37, 768];
  const x = exact(rows * K, 1);
  const gamma = values(K, 3);
  const beta = values(K, 4);
  const [tokens, heads, headDim] = [50, 3, 64];
  const C = heads * headDim;
  const [q, k, v] = [5, 6, 7].map((seed) => exact(tokens * C, seed));
  const shape = [1, tokens, C];
  // The error of n roundings grows with sqrt(n). For results near 1, the factor 8 allows any order of summation.
  return [
    {
      name: `attention ${heads} x ${headDim}, ${tokens} tokens`,
      variantsOf: { kernel: 'attention', entry: 'attention' },
      build: ({ input }) => {
        const [queries, keys, theirs] = [q, k, v].map((data) => input(data, shape, precision));
        return attention(queries, keys, theirs, { heads });
      },
      reference: () => attentionRef(q, k, v, { B: 1, N: tokens, M: tokens, heads }),
      bound: attentionBound(headDim, tokens),
    },
    {
      name: `layerNorm ${rows} x ${K}`,
      variantsOf: { kernel: 'layerNorm', entry: 'rows' },
      build: ({ input, weight }) =>
        layerNorm(input(x, [rows, K], precision), weight(gamma, [K]), weight(beta, [K]), 1e-6),
      reference: () => layerNormRef(x, gamma, beta, K, 1e-6),
      bound: 8 * EPS * Math.sqrt(K),
    },
  ];
}

const attentionBound = (headDim: number, keys: number): number => 8 * EPS * (Math.sqrt(headDim) + Math.sqrt(keys));

/** The other kernels that networks run on halves. */
const halfCases = (): Case[] => [...biasCases(), ...elementCases(), ...movementCases(), sweepCase()];

/** Attention with each kind of bias, and with a key for each query alone. */
function biasCases(): Case[] {
  const [heads, d, height, width, side] = [2, 16, 5, 7, 4];
  const C = heads * d;
  const tokens = height * width;
  const all = exact((tokens + 1) * 3 * C, 20);
  const qkv = all.subarray(0, tokens * 3 * C);
  const fill = values(3 * C, 21);
  const [relPosH, relPosW] = [22, 23].map((seed) => values((2 * side - 1) * d, seed));
  const rows = (2 * height - 1) * (2 * width - 1) + 3;
  const table = values(rows * heads, 24);
  const seen = exact(33 * 2 * C, 25);
  const thirds = (x: ArrayLike<number>) =>
    [0, C, 2 * C].map((from) => pick(x, 3 * C, from, from + C)) as [Float64Array, Float64Array, Float64Array];
  const self = (x: Tensor, settings: Partial<AttentionSettings>): Tensor => {
    const [q, k, v] = [0, C, 2 * C].map((from) => columns(x, from, from + C));
    return attention(q, k, v, { heads, ...settings });
  };
  const variantsOf = { kernel: 'attention', entry: 'attention' } as const;
  return [
    {
      name: `attention in windows of ${side} x ${side}, SAM's positions`,
      variantsOf,
      build: ({ input, weight }) =>
        self(input(qkv, [1, tokens, 3 * C], 'f16'), {
          bias: {
            kind: 'decomposed',
            relPosH: weight(relPosH, [2 * side - 1, d]),
            relPosW: weight(relPosW, [2 * side - 1, d]),
            height: side,
            width: side,
          },
          windows: { height, width, size: side, fill: weight(fill, [3 * C]) },
        }),
      reference() {
        const windows = windowsRef(1, height, width, side);
        const [q, k, v] = thirds(windows.partition(qkv, fill));
        const bias = decomposedBiasRef(q, relPosH, relPosW, C, heads, side, side);
        const sizes = { B: windows.groups, N: side * side, M: side * side, heads, bias };
        return windows.merge(attentionRef(q, k, v, sizes), C);
      },
      // Two position terms of up to d products are halves, and a weight changes by as much as its logit.
      bound: attentionBound(d, side * side) + 2 * 2 * ROUNDOFF.f16 * d,
    },
    {
      name: `attention with BEiT's positions ${height} x ${width}`,
      variantsOf,
      build: ({ input }) =>
        self(input(all, [1, tokens + 1, 3 * C], 'f16'), {
          bias: { kind: 'beit', table: input(table, [rows, heads]), height, width },
        }),
      reference() {
        const [q, k, v] = thirds(all);
        const bias = beitBiasRef(table, heads, height, width);
        return attentionRef(q, k, v, { B: 1, N: tokens + 1, M: tokens + 1, heads, bias });
      },
      bound: attentionBound(d, tokens),
    },
    {
      name: 'attention of queries to seen tokens and themselves',
      variantsOf,
      build({ input }) {
        const [seenK, seenV] = [0, 1].map((i) => input(seen.subarray(i * 33 * C, (i + 1) * 33 * C), [1, 33, C], 'f16'));
        return queryAttention(input(qkv, [tokens, 3 * C], 'f16'), seenK, seenV, { heads });
      },
      reference: () => queryAttentionRef(qkv, seen.subarray(0, 33 * C), seen.subarray(33 * C), C, heads),
      bound: attentionBound(d, 34),
    },
  ];
}

/** Kernels that compute each element from few others. */
function elementCases(): Case[] {
  const shape = [1, 5, 7, 12];
  const [x, y] = [exact(420, 30), exact(420, 31)];
  const row = values(12, 32);
  const [B, M, N, K] = [2, 5, 72, 32];
  const a = values(B * M * K, 33);
  const b = exact(B * N * K, 34);
  const options = { mode: 'bilinear', alignCorners: true } as const;
  const bound = 16 * EPS;
  return [
    {
      name: 'gelu',
      build: ({ input }) => gelu(input(x, shape, 'f16')),
      reference: () => unaryRef('gelu', x),
      bound,
    },
    {
      name: 'relu',
      build: ({ input }) => relu(input(x, shape, 'f16')),
      reference: () => unaryRef('relu', x),
      bound,
    },
    {
      name: 'sum of halves',
      build: ({ input }) => add(input(x, shape, 'f16'), input(y, shape, 'f16')),
      reference: () => binaryRef('add', x, shape, y, shape),
      bound,
    },
    {
      name: 'sum of halves and f32',
      build: ({ input, weight }) => add(input(x, shape, 'f16'), weight(row, [12])),
      reference: () => binaryRef('add', x, shape, row, [12]),
      bound,
    },
    {
      name: 'product of halves and f32',
      build: ({ input, weight }) => mul(input(x, shape, 'f16'), weight(row, [12])),
      reference: () => binaryRef('mul', x, shape, row, [12]),
      bound,
    },
    {
      name: 'cast to halves and back',
      build: ({ input }) => cast(cast(input(row, [12]), 'f16'), 'f32'),
      reference: () => Float64Array.from(row),
      bound,
    },
    {
      name: 'count of what is not a number',
      build: ({ input }) =>
        nonFinite(
          input(
            Float32Array.from(x, (v, i) => (i % 100 === 7 ? NaN : v)),
            shape,
            'f16',
          ),
        ),
      reference: () => Float64Array.of(5),
      bound: 0,
    },
    {
      name: 'resize',
      build: ({ input }) => resize(input(x, shape, 'f16'), [9, 11], options),
      reference: () => resizeRef(x, shape, [9, 11], options),
      bound: 64 * EPS,
    },
    {
      name: `matmul ${M} x ${K} x ${N}`,
      variantsOf: { kernel: 'matmul', entry: 'rows' },
      build: ({ input }) => matmul(input(a, [B, M, K]), input(b, [B, N, K], 'f16'), { transposeB: true }),
      reference: () => matmulRef(a, b, { B, M, N, K, transposeB: true }),
      bound: productBound(K, 'f32'),
    },
  ];
}

/** Kernels that move bits. */
function movementCases(): Case[] {
  const [rows, C] = [6, 12];
  const x = exact(rows * C, 40);
  const indices = Uint32Array.of(5, 0, 2, 2);
  return [
    {
      name: 'slice, concat and pad',
      build({ input }) {
        const all = input(x, [rows, C], 'f16');
        return pad(concat([slice(all, 0, 3, 6), slice(all, 0, 0, 3)], 0), [1, 0], [0, 4], 0.5);
      },
      reference: () =>
        Float64Array.from({ length: (rows + 1) * (C + 4) }, (_, i) => {
          const [row, c] = [Math.floor(i / (C + 4)) - 1, i % (C + 4)];
          return row < 0 || c >= C ? 0.5 : x[((row + 3) % rows) * C + c];
        }),
      bound: 0,
    },
    {
      name: 'gatherRows',
      build: ({ input }) => gatherRows(input(x, [rows, C], 'f16'), input(indices, [indices.length])),
      reference: () => gatherRowsRef(x, C, indices),
      bound: 0,
    },
  ];
}

/** The sweep's decoder, one block of 32 channels. */
function sweepCase(): Case {
  const [Q, C, heads, M] = [70, 32, 2, 9];
  const size = { channels: C, depth: 1 };
  const options = { heads, eps: 1e-6, shrinkThreshold: 10 };
  const points = values(3 * Q, 50);
  const seen = exact(M * 3 * C, 51);
  let seed = 52;
  const layer = (outputs: number, inputs: number) =>
    [values(outputs * inputs, seed++).map((v) => v / Math.sqrt(inputs)), values(outputs, seed++)] as const;
  const norm = () => [values(C, seed++).map((v) => 1 + v / 8), values(C, seed++)] as const;
  const weights: DecoderWeights = {
    point: layer(C, 3),
    norm: norm(),
    blocks: [
      {
        norm1: norm(),
        qkv: layer(3 * C, C),
        proj: layer(C, C),
        norm2: norm(),
        fc1: layer(4 * C, C),
        fc2: layer(C, 4 * C),
      },
    ],
  };
  return {
    name: `sweepDecoder of ${Q} points`,
    variantsOf: { kernel: 'sweepDecoder', entry: 'attention' },
    build: ({ input, weight }) =>
      sweepDecoder(
        input(points, [Q, 3]),
        input(seen, [1, M, 3 * C], 'f16'),
        weight(packDecoder(size, weights), [packedSize(size)]),
        options,
      ),
    reference: () => sweepDecoderRef(points, seen, weights, options),
    bound: 12 * ROUNDOFF.f16, // weights are rounded, and a token is stored about ten times on its way
  };
}

/** Columns [from, to) of rows of S numbers. */
function pick(x: ArrayLike<number>, S: number, from: number, to: number): Float64Array {
  const width = to - from;
  return Float64Array.from(
    { length: (x.length / S) * width },
    (_, i) => x[Math.floor(i / width) * S + from + (i % width)],
  );
}

/** Pseudo-random values in -1..1, so that sums stay small: a multiplicative congruential generator (P. L'Ecuyer, 1999). */
function values(count: number, seed: number): Float32Array {
  let state = seed;
  for (let i = 0; i < 8; i++) state = Math.imul(state, 1597334677) | 1;
  return Float32Array.from({ length: count }, () => {
    state = Math.imul(state, 1597334677);
    return (state >>> 8) / 2 ** 23 - 1;
  });
}

/** Such values that halves hold exactly: multiples of 2^-10. */
const exact = (count: number, seed: number): Float32Array =>
  values(count, seed).map((v) => Math.round(v * 1024) / 1024);
