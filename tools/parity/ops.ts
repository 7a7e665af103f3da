/** Fixtures of single operators: `ops.<family>`, numbered cases. */
import type { Tensor } from '../../src/graph/tensor.ts';
import type { Sources } from '../../src/graph/evaluate.ts';
import { evaluateTensors } from '../../src/graph/evaluate.ts';
import * as ops from '../../src/graph/ops/index.ts';
import * as sam from '../../src/pipeline/sam/ops.ts';
import * as mcc from '../../src/pipeline/mcc/ops.ts';
import * as zoe from '../../src/pipeline/zoeDepth/ops.ts';
import type { UnaryKind } from '../../src/kernels/unary/unary.ts';
import type { Bound } from './compare.ts';
import type { Fixture } from './fixture.ts';
import { fromWords, permuted, toChannelsFirst, toChannelsLast, toWords } from './layout.ts';
import type { Session } from './session.ts';
import type { Values } from './values.ts';

interface Case {
  readonly generated?: Readonly<Record<string, { name: string; shape: readonly number[]; scale: number }>>;
  readonly [parameter: string]: unknown;
}

/** One case: what to record, and how the engine's results become the fixture's tensors. */
interface Recipe {
  build(s: Sources): Record<string, Tensor>;
  /** Result name -> the fixture's layout. Identity when absent. */
  readonly back?: (x: Values, result: string, all: Readonly<Record<string, Values>>) => Values;
  readonly bound?: Bound;
}

type Family = (c: Case, read: (tensor: string) => Values) => Recipe;

const floats = (x: Values): Float32Array => Float32Array.from(x.data);
const EXACT: Bound = { exact: true };

/** WGSL has no infinities: the engine gets the largest finite values instead. */
const clamped = (x: Values): Float32Array => floats(x).map((v) => Math.max(-3.4e38, Math.min(3.4e38, v)));

const linear: Family = (c, read) => {
  const [x, w] = [read('x'), read('w')];
  const b = c.bias ? read('b') : undefined;
  return {
    build(s) {
      const y = ops.linear(
        s.input(floats(x), x.shape),
        s.weight(floats(w), w.shape),
        b ? s.weight(floats(b), b.shape) : null,
      );
      return { y: c.act === 'none' ? y : ops.unary(c.act as UnaryKind, y) };
    },
  };
};

const matmul: Family = (c, read) => {
  const [a, b] = [read('a'), read('b')];
  const transposeB = c.transposeB as boolean;
  return {
    build: (s) => ({ y: ops.matmul(s.input(floats(a), a.shape), s.input(floats(b), b.shape), { transposeB }) }),
  };
};

const layernorm: Family = (c, read) => {
  const maps = c.layout === 'nchw';
  const x = maps ? toChannelsLast(read('x')) : read('x');
  const [w, b] = [read('w'), read('b')];
  return {
    build: (s) => ({
      y: ops.layerNorm(
        s.input(floats(x), x.shape),
        s.weight(floats(w), w.shape),
        s.weight(floats(b), b.shape),
        c.eps as number,
      ),
    }),
    back: maps ? toChannelsFirst : undefined,
  };
};

const softmax: Family = (c, read) => {
  const maps = c.axis === 1;
  const x = maps ? toChannelsLast(read('x')) : read('x');
  return {
    build: (s) => ({
      y: ops.softmax(s.input(clamped(x), x.shape), { divisor: (c.divisor as number | undefined) ?? 1 }),
    }),
    back: maps ? toChannelsFirst : undefined,
  };
};

const attention: Family = (c, read) => {
  const heads = c.heads as number;
  // [B, heads, N, d] -> [B, N, heads * d]
  const tokens = (name: string): Values => {
    const x = permuted(read(name), [0, 2, 1, 3]);
    return { shape: [x.shape[0], x.shape[1], x.shape[2] * x.shape[3]], data: x.data };
  };
  const [q, k, v] = [tokens('q'), tokens('k'), tokens('v')];
  const split = (x: Values): Values => {
    const [B, N, C] = x.shape;
    return permuted({ shape: [B, N, heads, C / heads], data: x.data }, [0, 2, 1, 3]);
  };
  if (c.kind === 'queries') return seenAndQueries(c, q, k, v, heads, split);
  const bias = c.kind === 'bias' ? read('bias') : undefined;
  const [rh, rw] = c.kind === 'decomposed' ? [read('rh'), read('rw')] : [];
  return {
    build(s) {
      const term = bias
        ? ({ kind: 'full', bias: s.input(floats(bias), bias.shape) } as const)
        : rh && rw
          ? ({
              kind: 'decomposed',
              relPosH: s.weight(floats(rh), rh.shape),
              relPosW: s.weight(floats(rw), rw.shape),
              height: c.gridHeight as number,
              width: c.gridWidth as number,
            } as const)
          : undefined;
      const [tq, tk, tv] = [q, k, v].map((x) => s.input(floats(x), x.shape));
      return { y: ops.attention(tq, tk, tv, { heads, bias: term }) };
    },
    back: split,
  };
};

/** MCC's pattern: the seen tokens attend to themselves; a query attends to them and to itself. */
function seenAndQueries(c: Case, q: Values, k: Values, v: Values, heads: number, split: (x: Values) => Values): Recipe {
  const M = c.seen as number;
  const C = q.shape[2];
  const Q = q.shape[1] - M;
  const rows = (x: Values, from: number, to: number) =>
    Float32Array.from(x.data)
      .subarray(from * C, to * C)
      .slice();
  const qkv = new Float32Array(Q * 3 * C);
  [q, k, v].forEach((x, part) => {
    for (let i = 0; i < Q; i++) qkv.set(rows(x, M + i, M + i + 1), i * 3 * C + part * C);
  });
  return {
    build(s) {
      const seen = [q, k, v].map((x) => s.input(rows(x, 0, M), [1, M, C]));
      const y = mcc.queryAttention(s.input(qkv, [Q, 3 * C]), seen[1].reshape([1, M, C]), seen[2].reshape([1, M, C]), {
        heads,
      });
      return { y: ops.concat([ops.attention(seen[0], seen[1], seen[2], { heads }).reshape([M, C]), y], 0) };
    },
    back: (x) => split({ shape: [1, M + Q, C], data: x.data }),
  };
}

const conv2d: Family = (c, read) => {
  const x = toChannelsLast(read('x'));
  const [w, b] = [read('w'), read('b')];
  const options = { stride: c.stride as number, padding: c.padding as number, groups: c.groups as number };
  return {
    build: (s) => ({
      y: ops.conv2d(s.input(x.data, x.shape), s.weight(floats(w), w.shape), s.weight(floats(b), b.shape), options),
    }),
    back: toChannelsFirst,
  };
};

const convTranspose2d: Family = (c, read) => {
  const x = toChannelsLast(read('x'));
  const [w, b] = [read('w'), read('b')];
  return {
    build: (s) => ({
      y: ops.convTranspose2d(s.input(x.data, x.shape), s.weight(floats(w), w.shape), s.weight(floats(b), b.shape), {
        stride: c.stride as number,
      }),
    }),
    back: toChannelsFirst,
  };
};

const resize: Family = (c, read) => {
  const stored = read('x');
  const x = toChannelsLast(stored);
  const [B, H, W, C] = x.shape;
  if (x.data.some((v) => !Number.isFinite(v))) {
    // A missing point is missing in all channels. The engine keeps a mask of valid points beside the values.
    const valid = new Uint32Array(B * H * W).map((_, i) => (Number.isFinite(x.data[i * C]) ? 1 : 0));
    const values = x.data.map((v) => (Number.isFinite(v) ? v : 0));
    return {
      build(s) {
        const r = ops.resizeMasked(s.input(values, x.shape), s.input(valid, [B, H, W]), c.size as [number, number]);
        return { y: r.values, valid: r.valid };
      },
      back: (y, _, all) =>
        toChannelsFirst({
          shape: y.shape,
          data: Float32Array.from(y.data, (v, i) => (all.valid.data[Math.floor(i / C)] ? v : Infinity)),
        }),
    };
  }
  const factor = c.scaleFactor as number | undefined;
  const size = (factor ? [Math.floor(H * factor), Math.floor(W * factor)] : c.size) as [number, number];
  return {
    build: (s) => ({
      y: ops.resize(s.input(x.data, x.shape), size, {
        mode: c.mode as 'bilinear',
        alignCorners: (c.alignCorners as boolean | undefined) ?? false,
        antialias: (c.antialias as boolean | undefined) ?? false,
        scale: factor ? 1 / factor : undefined,
      }),
    }),
    back: toChannelsFirst,
    bound: c.mode === 'nearest' ? EXACT : undefined,
  };
};

const pointwise: Family = (c, read) => {
  const op = c.op as string;
  const lastAxis = (x: Values): Values & { data: Float32Array } => toChannelsLast(x);
  if (op === 'logBinomial') {
    read('x');
    return { build: (s) => ({ y: zoe.logBinomial(s.graph, c.bins as number) }) };
  }
  const x = read('x' in c ? 'x' : op === 'attract' ? 'points' : 'x');
  switch (op) {
    case 'batchnorm': {
      const [mean, variance, w, b] = ['mean', 'var', 'w', 'b'].map(read);
      const maps = lastAxis(x);
      return {
        build(s) {
          const [m, v, g, o] = [mean, variance, w, b].map((t) => s.weight(floats(t), t.shape));
          return { y: ops.batchNorm(s.input(maps.data, maps.shape), m, v, g, o, c.eps as number) };
        },
        back: toChannelsFirst,
      };
    }
    case 'reflectPad': {
      const [left, right, top, bottom] = c.pad as number[];
      const maps = lastAxis(x);
      return {
        build: (s) => ({ y: ops.reflectPad(s.input(maps.data, maps.shape), { top, bottom, left, right }) }),
        back: toChannelsFirst,
        bound: EXACT,
      };
    }
    case 'flip':
      return { build: (s) => ({ y: ops.flip(s.input(floats(x), x.shape), c.axis as number) }), bound: EXACT };
    case 'shrinkPoints':
      return { build: (s) => ({ y: mcc.shrinkPoints(s.input(floats(x), x.shape), c.threshold as number) }) };
    case 'sort':
    case 'cumsum': {
      const maps = lastAxis(x);
      const run = op === 'sort' ? zoe.sortRows : zoe.cumsumRows;
      return {
        build: (s) => ({ y: run(s.input(maps.data, maps.shape)) }),
        back: toChannelsFirst,
        bound: op === 'sort' ? EXACT : undefined,
      };
    }
    case 'attract': {
      const [points, centers] = [toChannelsLast(x), toChannelsLast(read('centers'))];
      return {
        build: (s) => ({ y: zoe.attract(s.input(points.data, points.shape), s.input(centers.data, centers.shape)) }),
        back: toChannelsFirst,
      };
    }
    case 'relativeBias': {
      const [native, h, w] = [c.native as number, c.height as number, c.width as number];
      return {
        build: (s) => ({
          y: zoe.relativeBias(zoe.resizeBiasTable(s.weight(floats(x), x.shape), native, h, w), h, w),
        }),
      };
    }
    default:
      return {
        build: (s) => ({ y: ops.unary(op as UnaryKind, s.input(floats(x), x.shape)) }),
        bound: op === 'relu' ? EXACT : undefined,
      };
  }
};

const windows: Family = (c, read) => {
  const x = read('x');
  const [, H, W] = x.shape;
  return {
    build(s) {
      const parts = ops.windowPartition(s.input(floats(x), x.shape), c.size as number);
      return { windows: parts, merged: ops.windowMerge(parts, c.size as number, H, W) };
    },
    bound: EXACT,
  };
};

const pixels: Family = (c, read) => {
  const x = read('x');
  const [H, W] = x.shape;
  const photo = (s: Sources) => s.input(toWords(x), [H, W]);
  switch (c.op) {
    case 'resizeLongestSide':
      return {
        build: (s) => ({ y: ops.resizeRgba8(photo(s), c.size as [number, number]) }),
        back: (y) => ({ shape: [...(c.size as number[]), 3], data: fromWords(y.data) }),
      };
    case 'samPreprocess':
      return { build: (s) => ({ y: sam.samNormalize(photo(s), c.target as number) }), back: toChannelsFirst };
    default: {
      // Both networks subtract the mean, then divide by the standard deviation.
      const [mean, std] =
        c.op === 'mccNormalise'
          ? [
              [0.485, 0.456, 0.406],
              [0.229, 0.224, 0.225],
            ]
          : [
              [0.5, 0.5, 0.5],
              [0.5, 0.5, 0.5],
            ];
      return {
        build(s) {
          const channel = (values: number[]) => s.weight(Float32Array.from(values), [3]);
          return { y: ops.div(ops.sub(ops.photoToRgb(photo(s), 255), channel(mean)), channel(std)) };
        },
        back: toChannelsFirst,
      };
    }
  }
};

const FAMILIES: Readonly<Record<string, Family>> = {
  linear,
  matmul,
  layernorm,
  softmax,
  attention,
  conv2d,
  conv_transpose2d: convTranspose2d,
  resize,
  pointwise,
  windows,
  pixels,
};

/** Runs every case of an operator fixture, fused and unfused. */
export async function compareOps(fixture: Fixture, session: Session): Promise<void> {
  const name = fixture.kind.slice('ops.'.length);
  const family = FAMILIES[name];
  if (!family) throw new Error(`there is no operator family "${name}"; known are ${Object.keys(FAMILIES).join(', ')}.`);
  const cases = fixture.meta<Case[]>('cases');
  for (const [i, c] of cases.entries()) {
    const recipe = family(c, (tensor) => fixture.floats(`${i}.${tensor}`, c.generated?.[tensor]));
    for (const fused of [true, false]) {
      const all: Record<string, Values> = await evaluateTensors(session.device, (s) => recipe.build(s), { fused });
      for (const [result, values] of Object.entries(all)) {
        if (!fixture.has(`${i}.${result}`)) continue;
        const actual = recipe.back ? recipe.back(values, result, all) : values;
        fixture.compare(`${i}.${result}`, actual, recipe.bound, fused ? 'fused' : 'unfused');
      }
    }
  }
}
