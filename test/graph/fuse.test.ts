/** Every fusion rule: what it rewrites, that results stay equal, and where it must not apply. */
import { describe, expect, it } from 'vitest';
import { type Sources } from '../../src/graph/evaluate.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { fuse, RULES } from '../../src/graph/fuse/index.ts';
import { attention, columns, type AttentionBias } from '../../src/graph/ops/attention.ts';
import { conv2d, linear } from '../../src/graph/ops/matmul.ts';
import { windowMerge, windowPartition } from '../../src/graph/ops/movement.ts';
import { add, gelu, mul, relu, sigmoid } from '../../src/graph/ops/pointwise.ts';
import { compile } from '../../src/graph/plan.ts';
import { Graph } from '../../src/graph/record.ts';
import type { Node, Tensor } from '../../src/graph/tensor.ts';
import { evaluate, testDevice } from '../setup/evaluate.ts';
import { expectClose, maxAbs, noise, sumBound } from '../setup/numbers.ts';

type Build = (s: Sources) => { y: Tensor; keep?: Tensor[] };

/** Records without data: rules look at shapes only. */
function record(build: Build): { nodes: readonly Node[]; keep: Set<Tensor> } {
  const graph = new Graph();
  let count = 0;
  const { y, keep = [] } = build({
    graph,
    input: (_, shape) => graph.input(`input${count++}`, shape),
    weight: (data, shape) => graph.constant({ name: `weight${count++}`, of: data, shape, compute: () => data }),
  });
  return { nodes: graph.nodes, keep: new Set([y, ...keep]) };
}

const opsBefore = (build: Build): string[] => record(build).nodes.map((n) => n.op.name);

function fusedNodes(build: Build): Node[] {
  const { nodes, keep } = record(build);
  return fuse(nodes, keep);
}

const opsAfter = (build: Build): string[] => fusedNodes(build).map((n) => n.op.name);

/** Runs fused and unfused. The epilogue rounds the same operations in another order at most; the bound is a sum's of `terms`. */
async function expectEqualResults(build: Build, terms: number): Promise<void> {
  const outputs = (s: Sources) => ({ y: build(s).y });
  const plain = await evaluate(outputs, { fused: false });
  const fused = await evaluate(outputs, { fused: true });
  const largest = maxAbs(plain.y);
  expect(largest).toBeGreaterThan(0.1);
  expectClose(fused.y, plain.y, sumBound(terms, Math.max(1, largest)));
}

const [ROWS, K, N] = [10, 24, 16];
const values = (s: Sources, shape: number[], seed: number) =>
  s.input(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );
const constant = (s: Sources, shape: number[], seed: number) =>
  s.weight(
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    shape,
  );

/** The two ops with an epilogue: a product of N channels, [10, 16] or [1, 2, 5, 16]. */
const producers = {
  linear: (s: Sources) => linear(values(s, [ROWS, K], 1), constant(s, [N, K], 2), constant(s, [N], 3)),
  conv2d: (s: Sources) =>
    conv2d(values(s, [1, 2, 5, K], 1), constant(s, [N, K, 3, 3], 2), constant(s, [N], 3), { padding: 1 }),
} as const;
const lengths = { linear: K, conv2d: 9 * K };

for (const [op, product] of Object.entries(producers) as [keyof typeof producers, (s: Sources) => Tensor][]) {
  describe(`after ${op}`, () => {
    for (const [kind, f] of Object.entries({ gelu, relu })) {
      it(`activation: ${kind} moves into the epilogue`, async () => {
        const build: Build = (s) => ({ y: f(product(s)) });
        expect(opsBefore(build)).toEqual([op, 'unary']);
        const [fused, ...rest] = fusedNodes(build);
        expect(fused).toMatchObject({ op: { name: op }, attributes: { activation: kind } });
        expect(rest).toEqual([]);
        await expectEqualResults(build, lengths[op]);
      });
    }

    it('activation: another function stays, as does a second one', () => {
      expect(opsAfter((s) => ({ y: sigmoid(product(s)) }))).toEqual([op, 'unary']);
      expect(opsAfter((s) => ({ y: relu(gelu(product(s))) }))).toEqual([op, 'unary']);
    });

    it('layerScale: a factor per channel moves into the epilogue, after the activation', async () => {
      const build: Build = (s) => ({ y: mul(gelu(product(s)), constant(s, [N], 4)) });
      expect(opsBefore(build)).toEqual([op, 'unary', 'binary']);
      const [fused, ...rest] = fusedNodes(build);
      expect(fused).toMatchObject({ attributes: { activation: 'gelu' }, inputs: { scale: { shape: [N] } } });
      expect(rest).toEqual([]);
      await expectEqualResults(build, lengths[op]);
    });

    it('layerScale: a factor of another shape stays, and an activation after it', () => {
      expect(opsAfter((s) => ({ y: mul(product(s), values(s, [...product(s).shape], 5)) })).at(-1)).toBe('binary');
      expect(opsAfter((s) => ({ y: relu(mul(product(s), constant(s, [N], 4))) }))).toEqual([op, 'unary']);
    });

    for (const order of ['x + product', 'product + x']) {
      it(`residual: ${order} moves into the epilogue`, async () => {
        const build: Build = (s) => {
          const y = product(s);
          const x = values(s, [...y.shape], 6);
          return { y: order === 'x + product' ? add(x, y) : add(y, x) };
        };
        expect(opsBefore(build)).toEqual([op, 'binary']);
        const [fused, ...rest] = fusedNodes(build);
        expect(fused).toMatchObject({ op: { name: op }, inputs: { residual: { origin: { kind: 'input' } } } });
        expect(rest).toEqual([]);
        await expectEqualResults(build, lengths[op]);
      });
    }

    it('residual: takes activation and layer scale along', async () => {
      const build: Build = (s) => {
        const y = mul(gelu(product(s)), constant(s, [N], 4));
        return { y: add(values(s, [...y.shape], 6), y) };
      };
      expect(opsAfter(build)).toEqual([op]);
      await expectEqualResults(build, lengths[op]);
    });

    it('residual: not for a smaller summand, for itself, for a second one, or before an activation', () => {
      expect(opsAfter((s) => ({ y: add(product(s), constant(s, [N], 4)) }))).toEqual([op, 'binary']);
      expect(opsAfter((s) => ((y) => ({ y: add(y, y) }))(product(s)))).toEqual([op, 'binary']);
      const sum = (s: Sources) => ((y) => add(y, values(s, [...y.shape], 6)))(product(s));
      expect(opsAfter((s) => ((y) => ({ y: add(y, values(s, [...y.shape], 7)) }))(sum(s)))).toEqual([op, 'binary']);
      expect(opsAfter((s) => ({ y: gelu(sum(s)) }))).toEqual([op, 'unary']);
    });

    const followers: Record<string, (s: Sources, y: Tensor) => Tensor> = {
      activation: (_, y) => gelu(y),
      layerScale: (s, y) => mul(y, constant(s, [N], 4)),
      residual: (s, y) => add(values(s, [...y.shape], 6), y),
    };
    for (const [rule, follow] of Object.entries(followers)) {
      it(`${rule}: not when the product is kept or read twice`, () => {
        const last = opsBefore((s) => ({ y: follow(s, product(s)) }))[1];
        const kept: Build = (s) => ((x) => ({ y: follow(s, x), keep: [x] }))(product(s));
        expect(opsAfter(kept)).toEqual([op, last]);
        const twice: Build = (s) => ((x) => ({ y: follow(s, x), keep: [sigmoid(x)] }))(product(s));
        expect(opsAfter(twice)).toEqual([op, last, 'unary']);
      });
    }
  });
}

describe('inputActivation', () => {
  const convolve = (s: Sources, x: Tensor) =>
    conv2d(x, constant(s, [N, K, 3, 3], 2), constant(s, [N], 3), { padding: 1 });

  it('relu before conv2d moves into its loads', async () => {
    const build: Build = (s) => ({ y: convolve(s, relu(values(s, [1, 4, 5, K], 1))) });
    expect(opsBefore(build)).toEqual(['unary', 'conv2d']);
    const [fused, ...rest] = fusedNodes(build);
    expect(fused.attributes).toMatchObject({ inputActivation: 'relu' });
    expect(rest).toEqual([]);
    await expectEqualResults(build, 9 * K);
  });

  it('the residual unit of ZoeDepth becomes two convolutions; the sum takes the un-rectified input', async () => {
    const build: Build = (s) => {
      const x = values(s, [1, 4, 5, N], 1);
      const unit = (y: Tensor, seed: number) =>
        conv2d(relu(y), constant(s, [N, N, 3, 3], seed), constant(s, [N], seed + 1), { padding: 1 });
      return { y: add(unit(unit(x, 2), 4), x) };
    };
    expect(opsBefore(build)).toEqual(['unary', 'conv2d', 'unary', 'conv2d', 'binary']);
    expect(opsAfter(build)).toEqual(['conv2d', 'conv2d']);
    await expectEqualResults(build, 18 * N);
  });

  it('not for another function, nor when the rectified map is kept or read twice', () => {
    const x = (s: Sources) => values(s, [1, 4, 5, K], 1);
    expect(opsAfter((s) => ({ y: convolve(s, gelu(x(s))) }))).toEqual(['unary', 'conv2d']);
    expect(opsAfter((s) => ((r) => ({ y: convolve(s, r), keep: [r] }))(relu(x(s))))).toEqual(['unary', 'conv2d']);
    expect(opsAfter((s) => ((r) => ({ y: convolve(s, r), keep: [sigmoid(r)] }))(relu(x(s))))).toEqual([
      'unary',
      'conv2d',
      'unary',
    ]);
  });
});

describe('windows', () => {
  const [B, H, W, C, heads, size] = [2, 7, 5, 16, 2, 3];

  interface Parts {
    map: Tensor;
    parts: Tensor;
    qkv: Tensor;
    attended: Tensor;
    merged: Tensor;
  }

  /** SAM's windowed attention, as it is recorded. */
  function windowed(s: Sources, options: { bias?: AttentionBias; qkvBias?: boolean; mergeSize?: number } = {}): Parts {
    const headDim = C / heads;
    const bias: AttentionBias = options.bias ?? {
      kind: 'decomposed',
      relPosH: constant(s, [2 * size - 1, headDim], 10),
      relPosW: constant(s, [2 * size - 1, headDim], 11),
      height: size,
      width: size,
    };
    const map = values(s, [B, H, W, C], 1);
    const parts = windowPartition(map, size);
    const tokens = parts.reshape([-1, size * size, C]);
    const qkv = linear(tokens, constant(s, [3 * C, C], 2), options.qkvBias === false ? null : constant(s, [3 * C], 3));
    const [q, k, v] = [0, C, 2 * C].map((from) => columns(qkv, from, from + C));
    const attended = attention(q, k, v, { heads, bias });
    const projected = linear(attended, constant(s, [C, C], 4), constant(s, [C], 5));
    const merged = windowMerge(projected.reshape(parts.shape), options.mergeSize ?? size, H, W);
    return { map, parts, qkv, attended, merged };
  }

  const CHAIN = ['windowPartition', 'linear', 'attention', 'linear', 'windowMerge'];

  it('partition, attention and merge become attention by index arithmetic', async () => {
    const build: Build = (s) => ({ y: windowed(s).merged });
    expect(opsBefore(build)).toEqual(CHAIN);
    const nodes = fusedNodes(build);
    expect(nodes.map((n) => n.op.name)).toEqual(['linear', 'attention', 'linear']);
    expect(nodes[1].attributes).toMatchObject({ windows: { height: H, width: W, size } });
    expect(nodes.map((n) => n.outputs[0].shape)).toEqual([
      [B, H * W, 3 * C],
      [B, H * W, C],
      [B, H, W, C],
    ]);
    await expectEqualResults(build, 3 * C + size * size);
  });

  it('a map of whole windows needs no padding', async () => {
    const build: Build = (s) => {
      const map = values(s, [1, 6, 3, C], 1);
      const qkv = linear(
        windowPartition(map, 3).reshape([2, 9, C]),
        constant(s, [3 * C, C], 2),
        constant(s, [3 * C], 3),
      );
      const [q, k, v] = [0, C, 2 * C].map((from) => columns(qkv, from, from + C));
      const y = linear(attention(q, k, v, { heads }), constant(s, [C, C], 4), null);
      return { y: windowMerge(y.reshape([2, 3, 3, C]), 3, 6, 3) };
    };
    expect(opsAfter(build)).toEqual(['linear', 'attention', 'linear']);
    await expectEqualResults(build, 3 * C + 9);
  });

  it('what follows the merge then moves into the projection', async () => {
    const build: Build = (s) => ((p) => ({ y: add(p.map, p.merged) }))(windowed(s));
    expect(opsAfter(build)).toEqual(['linear', 'attention', 'linear']);
    await expectEqualResults(build, 3 * C + size * size);
  });

  it('not without a bias that could stand for the padding, nor with a bias for every pair', () => {
    expect(opsAfter((s) => ({ y: windowed(s, { qkvBias: false }).merged }))).toEqual(CHAIN);
    const full: Build = (s) => ({
      y: windowed(s, { bias: { kind: 'full', bias: constant(s, [heads, size * size, size * size], 6) } }).merged,
    });
    expect(opsAfter(full)).toEqual(CHAIN);
  });

  it('not when q, k and v come from different tensors', () => {
    const build: Build = (s) => {
      const tokens = windowPartition(values(s, [1, 6, 3, C], 1), 3).reshape([2, 9, C]);
      const [q, k, v] = [2, 3, 4].map((seed) => linear(tokens, constant(s, [C, C], seed), constant(s, [C], seed)));
      const y = linear(attention(q, k, v, { heads }), constant(s, [C, C], 5), null);
      return { y: windowMerge(y.reshape([2, 3, 3, C]), 3, 6, 3) };
    };
    expect(opsAfter(build)).toEqual(opsBefore(build));
  });

  for (const part of ['parts', 'qkv', 'attended'] as const) {
    it(`not when ${part} is kept or read twice`, () => {
      expect(opsAfter((s) => ((p) => ({ y: p.merged, keep: [p[part]] }))(windowed(s)))).toEqual(CHAIN);
      const twice: Build = (s) => ((p) => ({ y: p.merged, keep: [sigmoid(p[part])] }))(windowed(s));
      expect(opsAfter(twice)).toEqual([...CHAIN, 'unary']);
    });
  }
});

describe('fuse', () => {
  it('has a test for each rule in this file', () => {
    expect(RULES.map((rule) => rule.name).sort()).toEqual(
      ['activation', 'inputActivation', 'layerScale', 'residual', 'windows'].sort(),
    );
  });

  it('leaves the recorded nodes as they were', () => {
    const { nodes, keep } = record((s) => ({ y: gelu(producers.linear(s)) }));
    const parts = () =>
      nodes.map(({ op, attributes, outputs }) => ({ op: op.name, attributes: { ...attributes }, outputs }));
    const before = parts();
    fuse(nodes, keep);
    expect(parts()).toEqual(before);
  });

  it('saves steps and memory in the plan', async () => {
    const shared = sharedFor(await testDevice());
    const graph = new Graph();
    const x = graph.input('x', [64, 32]);
    const w = graph.constant({ name: 'w', shape: [32, 32], compute: () => noise(1024) });
    const y = add(x, gelu(linear(x, w, null)));
    const plain = await compile(shared, graph, { outputs: { y }, fused: false });
    const fused = await compile(shared, graph, { outputs: { y } });
    expect([plain.steps, fused.steps]).toEqual([3, 1]);
    expect(fused.memory.peakBytes).toBeLessThan(plain.memory.peakBytes);
    plain.dispose();
    fused.dispose();
  });
});
