/** What is compared with peers: kernels at sizes of the networks, and how each peer computes the same. */
import { beitBiasRef, decomposedBiasRef, windowsRef } from '../../src/kernels/attention/attention.ref.ts';
import {
  attentionCase,
  beitAttentionCase,
  type BenchCase,
  convCase,
  geluCase,
  layerNormCase,
  linearCase,
  matmulCase,
  resizeCase,
  samAttentionCase,
  softmaxCase,
  values,
} from '../bench/kinds.ts';
import { fusedAttention, oneNode, permute, plainAttention, transposed, type Values, type Way } from './ways.ts';

export interface PeerCase {
  /** Our own kernel. Its result is what those of peers are compared with. */
  readonly own: BenchCase;
  /** How many times as fast as onnxruntime we want to be on a software adapter. */
  readonly times: number;
  /** Large arrays are made when it is called. */
  readonly ways: () => readonly Way[];
}

/** Against kernels that do most of the arithmetic, and against all others. */
const [HOT, OTHER] = [8, 2];

const of = (name: string, ...shape: number[]): Values => ({
  ...{ name, shape },
  data: values(shape.reduce((a, b) => a * b, 1)),
});

function linearOf(M: number, K: number, N: number, bench: string): PeerCase {
  return {
    own: linearCase({ rows: M, K, N, bench }),
    times: HOT,
    ways() {
      const [x, w, b] = [of('x', M, K), of('w', N, K), of('b', N)];
      const product = transposed(w, [1, 0]);
      return [
        {
          ...{ peer: 'onnxruntime', how: 'Gemm' },
          job: oneNode({ op: 'Gemm', attributes: { transB: 1 } }, [x], [w, b], [M, N]),
        },
        {
          ...{ peer: 'onnxruntime', how: 'MatMul, Add' },
          job: {
            nodes: [
              { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
              { op: 'Add', inputs: ['product', 'b'], outputs: ['y'] },
            ],
            inputs: [{ ...x, shape: [1, M, K] }],
            weights: [product, b],
            output: { name: 'y', shape: [1, M, N] },
          },
        },
        { peer: 'pytorch', how: 'linear', job: { op: 'linear', tensors: [x, w, b] } },
      ];
    },
  };
}

/** Columns `from` to `to` of rows. */
const columnsOf = (rows: ArrayLike<number>, width: number, from: number, to: number): Float32Array =>
  Float32Array.from(
    { length: (rows.length / width) * (to - from) },
    (_, i) => rows[Math.floor(i / (to - from)) * width + from + (i % (to - from))],
  );

interface AttentionSizes {
  readonly B: number;
  readonly heads: number;
  readonly N: number;
  readonly d: number;
}

/** Attention of B groups of N tokens from rows [B * N, 3 * heads * d] of q, k and v. */
function attentionWays(
  { B, heads, N, d }: AttentionSizes,
  rows: ArrayLike<number>,
  bias?: Values,
  merge: (groups: Float32Array) => ArrayLike<number> = (groups) => groups,
): Way[] {
  const C = heads * d;
  const flat = ['q', 'k', 'v'].map((name, i): Values => ({
    name,
    shape: [B, N, C],
    data: columnsOf(rows, 3 * C, i * C, (i + 1) * C),
  }));
  const split = flat.map((part) => transposed({ ...part, shape: [B, N, heads, d] }, [0, 2, 1, 3]));
  const joined = (y: Float32Array): ArrayLike<number> => merge(permute(y, [B, heads, N, d], [0, 2, 1, 3]));
  const [q, k, v] = split;
  return [
    {
      ...{ peer: 'onnxruntime', how: 'MultiHeadAttention', reorder: merge },
      job: fusedAttention(heads, flat[0], flat[1], flat[2], bias),
    },
    {
      ...{ peer: 'onnxruntime', how: 'MatMul, Softmax, MatMul', reorder: joined },
      job: plainAttention(q, k, v, bias),
    },
    {
      ...{ peer: 'pytorch', how: 'attention', reorder: joined },
      job: { op: 'attention', tensors: [...split, ...(bias ? [bias] : [])] },
    },
  ];
}

function attentionOf(heads: number, d: number, N: number, bench: string): PeerCase {
  return {
    own: attentionCase({ heads, d, N, bench }),
    times: HOT,
    ways: () => attentionWays({ B: 1, heads, N, d }, values(3 * N * heads * d)),
  };
}

/** The bias of every pair of tokens. Peers get it ready-made; ours is computed from its tables. */
function biasOf(
  { B, heads, N }: Omit<AttentionSizes, 'd'>,
  bias: (item: number, head: number, query: number, key: number) => number,
): Values {
  const data = new Float32Array(B * heads * N * N);
  let at = 0;
  for (let item = 0; item < B; item++) {
    for (let head = 0; head < heads; head++) {
      for (let query = 0; query < N; query++) {
        for (let key = 0; key < N; key++) data[at++] = bias(item, head, query, key);
      }
    }
  }
  return { name: 'bias', shape: [B, heads, N, N], data };
}

function beitOf(heads: number, d: number, height: number, width: number): PeerCase {
  const N = height * width + 1;
  return {
    own: beitAttentionCase({ heads, d, height, width, bench: 'ZoeDepth BEiT' }),
    times: HOT,
    ways() {
      const table = values(((2 * height - 1) * (2 * width - 1) + 3) * heads);
      const bias = biasOf({ B: 1, heads, N }, beitBiasRef(table, heads, height, width));
      return attentionWays({ B: 1, heads, N, d }, values(3 * N * heads * d), bias);
    },
  };
}

function samWindowsOf(heads: number, d: number, side: number, size: number): PeerCase {
  const [C, N] = [heads * d, size * size];
  return {
    own: samAttentionCase({ heads, d, side, size, bench: 'SAM vit_b, windowed' }),
    times: HOT,
    ways() {
      const windows = windowsRef(1, side, side, size);
      const rows = windows.partition(values(3 * side * side * C), values(3 * C));
      const table = values((2 * size - 1) * d);
      const q = columnsOf(rows, 3 * C, 0, C);
      const sizes = { B: windows.groups, heads, N, d };
      const bias = biasOf(sizes, decomposedBiasRef(q, table, table, C, heads, size, size));
      return attentionWays(sizes, rows, bias, (groups) => windows.merge(groups, C));
    },
  };
}

function convOf(side: number, C: number): PeerCase {
  return {
    own: convCase({ H: side, W: side, C, O: C, kernel: 3, stride: 1, padding: 1, bench: 'SAM neck' }),
    times: HOT,
    ways() {
      const x = transposed(of('x', 1, side, side, C), [0, 3, 1, 2]);
      const [w, b] = [of('w', C, C, 3, 3), of('b', C)];
      const reorder = (y: Float32Array): Float32Array => permute(y, [1, C, side, side], [0, 2, 3, 1]);
      const node = { op: 'Conv', attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } };
      return [
        ...(['NHWC', 'NCHW'] as const).map((layout): Way => {
          const job = oneNode(node, [x], [w, b], x.shape, layout);
          return { peer: 'onnxruntime', how: `Conv, ${layout}`, reorder, job };
        }),
        { peer: 'pytorch', how: 'conv2d', reorder, job: { op: 'conv2d', tensors: [x, w, b] } },
      ];
    },
  };
}

function layerNormOf(rows: number, C: number): PeerCase {
  return {
    own: layerNormCase({ rows, C, bench: 'SAM vit_b' }),
    times: OTHER,
    ways() {
      const [x, gamma, beta] = [of('x', rows, C), of('gamma', C), of('beta', C)];
      const node = { op: 'LayerNormalization', attributes: { axis: -1, epsilon: 1e-6 } };
      return [
        { peer: 'onnxruntime', how: node.op, job: oneNode(node, [x], [gamma, beta], x.shape) },
        { peer: 'pytorch', how: 'layer_norm', job: { op: 'layerNorm', tensors: [x, gamma, beta] } },
      ];
    },
  };
}

/** An operator of one tensor of rows. */
function rowwise(own: BenchCase, rows: number, C: number, op: string, attributes?: Record<string, number>): PeerCase {
  return {
    ...{ own, times: OTHER },
    ways() {
      const x = of('x', rows, C);
      return [
        { peer: 'onnxruntime', how: op, job: oneNode({ op, attributes }, [x], [], x.shape) },
        { peer: 'pytorch', how: own.kernel, job: { op: own.kernel, tensors: [x] } },
      ];
    },
  };
}

interface ResizeSizes {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly C: number;
  readonly alignCorners: boolean;
  readonly bench: string;
}

function resizeOf({ from, to, C, alignCorners, bench }: ResizeSizes): PeerCase {
  return {
    own: resizeCase({ from, to, C, options: { mode: 'bilinear', alignCorners }, bench }),
    times: OTHER,
    ways() {
      const x = transposed(of('x', 1, ...from, C), [0, 3, 1, 2]);
      const shape = [1, C, ...to];
      const reorder = (y: Float32Array): Float32Array => permute(y, shape, [0, 2, 3, 1]);
      const mode = alignCorners ? 'align_corners' : 'half_pixel';
      const scales: Values = {
        ...{ name: 'scales', shape: [4] },
        data: Float32Array.of(1, 1, to[0] / from[0], to[1] / from[1]),
      };
      const attributes = { mode: 'linear', coordinate_transformation_mode: mode };
      return [
        ...(['NHWC', 'NCHW'] as const).map((layout): Way => {
          const nodes = [{ op: 'Resize', inputs: ['x', '', 'scales'], outputs: ['y'], attributes }];
          const job = { nodes, inputs: [x], weights: [scales], output: { name: 'y', shape }, layout };
          return { peer: 'onnxruntime', how: `Resize, ${layout}`, reorder, job };
        }),
        {
          ...{ peer: 'pytorch', how: 'interpolate', reorder },
          job: { op: alignCorners ? 'resizeCorners' : 'resize', tensors: [x] },
        },
      ];
    },
  };
}

/** SAM's masks: a few rows times the transpose of very many. Peers get the second matrix as they store it, [K, N]. */
function masksOf(M: number, K: number, N: number): PeerCase {
  return {
    own: matmulCase({ B: 1, M, K, N, bench: 'SAM masks' }),
    times: OTHER,
    ways() {
      const [a, b] = [of('a', M, K), transposed(of('b', N, K), [1, 0])];
      return [
        { peer: 'onnxruntime', how: 'MatMul', job: oneNode({ op: 'MatMul' }, [a, b], [], [M, N]) },
        { peer: 'pytorch', how: 'matmul', job: { op: 'matmul', tensors: [a, b] } },
      ];
    },
  };
}

export const peerCases: readonly PeerCase[] = [
  linearOf(512, 512, 512, 'round'),
  linearOf(1024, 768, 3072, 'MLP'),
  linearOf(4096, 768, 768, 'SAM vit_b projection'),
  attentionOf(12, 64, 1024, 'round'),
  samWindowsOf(12, 64, 64, 14),
  beitOf(16, 64, 24, 32),
  convOf(64, 256),
  layerNormOf(4096, 768),
  rowwise(geluCase({ rows: 4096, C: 3072, bench: 'SAM vit_b MLP' }), 4096, 3072, 'Gelu'),
  rowwise(softmaxCase({ rows: 4096, C: 197, bench: 'rows' }), 4096, 197, 'Softmax', { axis: -1 }),
  resizeOf({ from: [96, 128], to: [192, 256], C: 256, alignCorners: true, bench: 'ZoeDepth fusion' }),
  resizeOf({ from: [256, 256], to: [1024, 1024], C: 1, alignCorners: false, bench: 'SAM masks' }),
  masksOf(4, 32, 65536),
];

/** A stage of `unflat bench --stages full`, and the network of torch.py that does the same. */
export interface NetworkCase {
  readonly stage: string;
  /** Part of the stage's shape, where it has several. */
  readonly shape?: string;
  readonly network: string;
  /** The share of PyTorch's speed that we want at least. */
  readonly times: number;
}

export const networkCases: readonly NetworkCase[] = [
  { stage: 'samEncode', network: 'samEncode', times: 0.8 },
  { stage: 'zoeDepth', network: 'zoeDepth', times: 0.8 },
  { stage: 'mccEncode', network: 'mccEncode', times: 0.8 },
  { stage: 'sweep batched', shape: '12 x 12 x 12', network: 'sweep', times: 0.8 },
];
