/** The variants of attention: what each one binds, and when it can run. */
import { size } from '../check.ts';
import { operand, type Dispatch, type Operand, type Step } from '../dispatch.ts';
import { ceilDiv } from '../grid.ts';
import { vec4Elements } from '../shared/elements.ts';
import { fillFlat, supportsTexture } from '../shared/flat.ts';
import { supportsSubgroup8, type Target } from '../target.ts';
import type { Variant } from '../variant.ts';
import subgroup8Wgsl from './attention.subgroup8.wgsl';
import tiledWgsl from './attention.wgsl';
import tiled8x8Wgsl from './attention8x8.wgsl';
import biasBeitWgsl from './bias.beit.wgsl';
import biasDecomposedWgsl from './bias.decomposed.wgsl';
import biasFullWgsl from './bias.full.wgsl';
import biasNoneWgsl from './bias.none.wgsl';
import biasesF16Wgsl from './biases.f16.wgsl';
import biasesF32Wgsl from './biases.f32.wgsl';
import fourDecomposedWgsl from './four.decomposed.wgsl';
import fourGatherWgsl from './four.gather.wgsl';
import online8Wgsl from './online8.wgsl';
import operandsScalarWgsl from './operands.scalar.wgsl';
import operandsVec4Wgsl from './operands.vec4.wgsl';
import paramsWgsl from './params.wgsl';
import { wholeVec4s, type AttentionProblem } from './problem.ts';
import { relativeTerms, roundedUp } from './relativeTerms.ts';
import rows8Wgsl from './rows8.wgsl';

const BIAS_WGSL = {
  none: biasNoneWgsl,
  full: biasFullWgsl,
  decomposed: biasDecomposedWgsl,
  beit: biasBeitWgsl,
} as const;

/** A row index that no token has. */
const NO_ROW = 0xffffffff;

/** A variant whose workgroups stage tiles of keys and values in their memory: for GPUs. It runs everywhere. */
const inTiles = (
  name: string,
  rows: number,
  wgsl: string,
  constants: (problem: AttentionProblem) => Readonly<Record<string, number>>,
): Variant<AttentionProblem, readonly Step[]> => ({
  name,
  supports: () => true,
  build(problem, target) {
    const { operands, options } = problem;
    const { q, k, v } = operands;
    const terms = biasTerms(target, problem);
    const dispatches = byHeads(problem, terms, {
      wgsl: [
        terms.operand?.dtype === 'f16' ? biasesF16Wgsl : biasesF32Wgsl,
        ...(wholeVec4s(problem) ? [vec4Elements(q.of.dtype), operandsVec4Wgsl] : [operandsScalarWgsl]),
        wgsl,
      ],
      constants: constants(problem),
      inputs: [q.of, k.of, v.of, terms.operand, options.windows?.fill ?? null],
      rows,
      maxFlops: 64e9,
    });
    return [...terms.steps, ...dispatches];
  },
});

/** Four queries and four keys per thread. */
const tiled = inTiles('tiled', 32, tiledWgsl, () => ({}));

/** Eight queries and four keys per thread. With few queries most of its threads would have none. */
const tiled8x8: Variant<AttentionProblem, readonly Step[]> = {
  ...inTiles('tiled8x8', 64, tiled8x8Wgsl, ({ headDim }) => ({ chunks: ceilDiv(headDim, 16) })),
  suits: ({ queries }) => queries > 32,
};

/** Products of queries with keys, by features, above which a fifth of the time is worth more than compiling for longer. */
const TALL_PRODUCTS = 2e8;

/** Operands in f32 textures, queries shared by subgroup broadcasts: for software adapters. */
const subgroup8: Variant<AttentionProblem, readonly Step[]> = {
  name: 'subgroup8',
  supports(target, problem) {
    if (!wholeVec4s(problem)) return 'columns of q, k or v do not start and end at multiples of 4';
    const { operands, options } = problem;
    const fillSize = options.windows ? size(options.windows.fill) : 0;
    for (const [name, { of }] of Object.entries(operands)) {
      const fits = supportsTexture(name, { shape: [size(of) + fillSize], dtype: 'f32' });
      if (fits !== true) return fits;
    }
    if (options.bias?.kind === 'full') {
      const { bias } = options.bias;
      const fits = supportsTexture('bias', { shape: [roundedUp(size(bias))], dtype: bias.dtype });
      if (fits !== true) return fits;
    }
    return supportsSubgroup8(target);
  },
  build(problem, target) {
    const { operands, options, headDim } = problem;
    const { bias, windows } = options;
    const steps: Step[] = [];
    const textures = new Map<Operand, Operand>();
    const flat = (x: Operand): Operand => {
      let texture = textures.get(x);
      if (!texture) {
        texture = operand([size(x) + (windows ? size(windows.fill) : 0)], 'f32', 'rgba32float');
        steps.push(...fillFlat(x, texture));
        if (windows) steps.push({ from: windows.fill, to: texture, at: size(x) });
        textures.set(x, texture);
      }
      return texture;
    };
    const inputs = [operands.q, operands.k, operands.v].map(({ of }) => flat(of));
    const terms = biasTerms(target, problem, inputs[0]);
    steps.push(...terms.steps);
    // The bias is read from a texture as well. Without a bias, any texture fills the binding.
    let biasTexture = inputs[0];
    if (terms.operand) {
      biasTexture = operand([size(terms.operand)], 'f32', 'rgba32float');
      steps.push({ from: terms.operand, to: biasTexture });
    }
    const four = bias?.kind === 'decomposed' ? fourDecomposedWgsl : fourGatherWgsl;
    const products = problem.groups * problem.queries * problem.keys * options.heads * headDim;
    const tall = !options.own && products > TALL_PRODUCTS;
    const dispatches = byHeads(problem, terms, {
      wgsl: [four, rows8Wgsl, online8Wgsl, vec4Elements(operands.q.of.dtype), subgroup8Wgsl],
      constants: { slots: ceilDiv(headDim, 32), tall: tall ? 1 : 0 },
      inputs: [...inputs, biasTexture],
      slotWidth: bias?.kind === 'decomposed' ? roundedUp(bias.width) : 0,
      rows: tall ? 16 : 8,
      maxFlops: 5e9,
    });
    return [...steps, ...dispatches];
  },
};

export const attentionVariants: readonly Variant<AttentionProblem, readonly Step[]>[] = [tiled, tiled8x8, subgroup8];

/** The operand that the WGSL of the bias reads, and the size of the grid that the bias is for. */
interface BiasTerms {
  readonly steps: readonly Step[];
  readonly operand: Operand | null;
  readonly height: number;
  readonly width: number;
}

/** @param queryTexture q's tensor as a flat texture, if there is one */
function biasTerms(target: Target, { operands: { q }, options }: AttentionProblem, queryTexture?: Operand): BiasTerms {
  const { heads, bias, windows } = options;
  if (!bias) return { steps: [], operand: null, height: 0, width: 0 };
  if (bias.kind === 'full') return { steps: [], operand: bias.bias, height: 0, width: 0 };
  const { height, width } = bias;
  if (bias.kind === 'beit') return { steps: [], operand: bias.table, height, width };
  const places = { height, width, gridWidth: windows?.width ?? width };
  const { steps, terms } = relativeTerms(target, q, bias.relPosH, bias.relPosW, heads, places, queryTexture);
  return { steps, operand: terms, height, width };
}

/** The part of a dispatch that differs from variant to variant. */
interface Program {
  readonly wgsl: readonly string[];
  readonly constants?: Readonly<Record<string, number>>;
  readonly inputs: readonly (Operand | null)[];
  /** Slots for the keys of one row of the bias grid; see keyOf in params.wgsl. */
  readonly slotWidth?: number;
  /** Queries per workgroup. */
  readonly rows: number;
  /** Upper limit of one dispatch: about 100 ms on a software adapter, or on a small GPU. Above it, heads go to several dispatches. */
  readonly maxFlops: number;
}

/** One dispatch, or several for some of the heads each; all write to one result. */
function byHeads(problem: AttentionProblem, terms: BiasTerms, program: Program): Dispatch[] {
  const { operands, options, headDim, queries, keys, groups, windowsY, windowsX } = problem;
  const { q, k, v } = operands;
  const { heads, bias, windows, own } = options;
  const [B, N] = q.of.shape;
  const y = operand([B, N, q.to - q.from], q.of.dtype);
  const headFlops = 4 * groups * queries * keys * headDim;
  const perDispatch = Math.max(1, Math.floor(program.maxFlops / headFlops));
  const part = (firstHead: number, count: number): Dispatch => ({
    kernel: 'attention',
    wgsl: [paramsWgsl, BIAS_WGSL[bias?.kind ?? 'none'], ...program.wgsl],
    constants: { selfKey: own ? 1 : 0, ...program.constants },
    params: {
      heads,
      firstHead,
      headDim,
      vecs: ceilDiv(headDim, 4),
      window: windows?.size ?? 0,
      queries,
      keys,
      scale: (options.scale ?? 1 / Math.sqrt(headDim)) * Math.LOG2E,
      fillRow: windows ? B * N : NO_ROW,
      strideQ: q.of.shape[2],
      fromQ: q.from,
      strideK: k.of.shape[2],
      fromK: k.from,
      strideV: v.of.shape[2],
      fromV: v.from,
      selfK: own?.k ?? 0,
      selfV: own?.v ?? 0,
      height: windows?.height ?? 0,
      width: windows?.width ?? 0,
      windowsY,
      windowsX,
      biasHeight: terms.height,
      biasWidth: terms.width,
      slotWidth: program.slotWidth ?? 0,
    },
    inputs: program.inputs,
    outputs: [y],
    workgroups: [ceilDiv(queries, program.rows), count, groups],
    flops: count * headFlops,
  });
  return Array.from({ length: ceilDiv(heads, perDispatch) }, (_, i) => {
    const first = i * perDispatch;
    return part(first, Math.min(perDispatch, heads - first));
  });
}
