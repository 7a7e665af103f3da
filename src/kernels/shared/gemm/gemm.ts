/**
 * What linear layers, convolutions and transposed convolutions share: one matrix product
 * `y[row, column] = sum over taps and inner terms of x * w` with an epilogue, in two families and two weight precisions.
 *
 * A kernel is its own text (where rows of x and elements of y are) joined with: the input part (vec4 or scalar), the weights
 * part (panels in a flat texture or rows in a buffer, f32 or f16), the loops of the family, and the output part.
 */
import { expect, expectDtype, expectShape, LimitError, sameShape, show, size } from '../../check.ts';
import { operand, type Dispatch, type Operand, type Uniform } from '../../dispatch.ts';
import { ceilDiv, splitGrid } from '../../grid.ts';
import type { Family, Precision } from '../../target.ts';
import activationsWgsl from '../activations.wgsl';
import gridWgsl from '../grid.wgsl';
import epilogueWgsl from './epilogue.wgsl';
import inputScalarWgsl from './input.scalar.wgsl';
import inputVec4Wgsl from './input.vec4.wgsl';
import outputScalarWgsl from './output.scalar.wgsl';
import outputVec4Wgsl from './output.vec4.wgsl';
import { isPackedRows, packPanels, packRows, type WeightLayout } from './pack.ts';
import panelsF16Wgsl from './panels.f16.wgsl';
import panelsF32Wgsl from './panels.f32.wgsl';
import rank4Wgsl from './rank4.wgsl';
import subgroup8Wgsl from './subgroup8.wgsl';
import tiledWgsl from './tiled.wgsl';
import weightF16Wgsl from './weight.f16.wgsl';
import weightF32Wgsl from './weight.f32.wgsl';
import weightScalarWgsl from './weight.scalar.wgsl';

export type Activation = 'none' | 'gelu' | 'relu';

const ACTIVATIONS: Readonly<Record<Activation, number>> = { none: 0, gelu: 1, relu: 2 };

/** y = residual + scale * activation(sum + bias). bias, scale [channels]; residual like y. */
export interface Epilogue {
  readonly bias: Operand | null;
  readonly scale: Operand | null;
  readonly residual: Operand | null;
  readonly activation: Activation;
}

export interface Gemm {
  readonly kernel: string;
  /** The kernel's text: Params, rowSource, tapSource, loadX, channelOf, elementOf. */
  readonly wgsl: string;
  /** Beyond rows, columns, inner, quads, taps. */
  readonly params?: Readonly<Record<string, Uniform>>;
  readonly constants?: Readonly<Record<string, number>>;
  readonly x: Operand;
  /** Whether every run of `inner` starts at a multiple of 4 elements and is a multiple of 4 long. */
  readonly vec4Input: boolean;
  readonly w: Operand;
  /** Whether w is a weight of the checkpoint, so that it can be packed at load time. */
  readonly constantWeight: boolean;
  readonly layout: WeightLayout;
  readonly rows: number;
  readonly epilogue: Epilogue;
  readonly shape: readonly number[];
  /** Channels of y: the length of bias and scale. */
  readonly channels: number;
}

/** Epilogue operands that fit: bias and scale [channels], residual as many elements as y. @throws ShapeError */
function checkEpilogue({ kernel, epilogue, channels, shape }: Gemm): void {
  const { bias, scale, residual } = epilogue;
  expectDtype(kernel, { bias, scale, residual }, 'f32');
  expectShape(kernel, { bias, scale }, [channels]);
  expect(
    !residual || sameShape(residual.shape, shape) || size(residual) === size({ shape }),
    kernel,
    `residual is ${residual ? show(residual.shape) : ''}, the result is ${show(shape)}; give both the same shape.`,
  );
}

/** Columns of a tile: 64, or 32 where a second half would be mostly padding. */
const isWide = (columns: number): boolean => (ceilDiv(columns, 64) * 64) / (ceilDiv(columns, 32) * 32) < 1.3;

/** Params, constants, operands and text of everything around the loops. @throws as `gemm` */
export function gemmEpilogue(g: Gemm) {
  const { kernel, x, rows, layout, epilogue } = g;
  checkEpilogue(g);
  expectDtype(kernel, { x, w: g.w }, 'f32');
  const { columns, inner, taps } = layout;
  const largest = Math.max(size(x), size(g), columns * taps * inner);
  if (largest > 2 ** 30) {
    throw new LimitError(`${kernel}: an operand of ${largest} elements is beyond 2^30. Split the work along its rows.`);
  }
  return {
    params: { rows, columns, inner, quads: ceilDiv(inner, 4), taps },
    constants: {
      hasBias: epilogue.bias ? 1 : 0,
      hasScale: epilogue.scale ? 1 : 0,
      hasResidual: epilogue.residual ? 1 : 0,
      activation: ACTIVATIONS[epilogue.activation],
    },
    wgsl: [activationsWgsl, epilogueWgsl, g.channels % 4 === 0 ? outputVec4Wgsl : outputScalarWgsl],
    inputs: [epilogue.bias, epilogue.scale, epilogue.residual],
    outputs: [operand(g.shape)],
  };
}

/**
 * One dispatch or, where it would run for long, several that each compute a part of the tiles.
 * @throws ShapeError where the epilogue does not fit, LimitError if an index would not fit into 32 bits
 */
export function gemm(g: Gemm, family: Family, precision: Precision): Dispatch[] {
  const { kernel, x, rows, layout } = g;
  const { columns, inner, taps } = layout;
  const around = gemmEpilogue(g);
  const wgsl = [g.wgsl, g.vec4Input ? inputVec4Wgsl : inputScalarWgsl, gridWgsl, rank4Wgsl, ...around.wgsl];
  const flops = 2 * rows * columns * taps * inner;
  const params = { ...around.params, ...g.params };
  const constants = { ...around.constants, ...g.constants };
  // The panels of the subgroup kernel can only be made ahead of time.
  if (family === 'subgroup8' && g.constantWeight) {
    const half = precision === 'f16';
    const tileRows = rows <= 4 ? 4 : rows <= 8 ? 8 : 16;
    const wide = half || isWide(columns);
    const dispatch = {
      kernel,
      wgsl: [...wgsl, half ? panelsF16Wgsl : panelsF32Wgsl, subgroup8Wgsl],
      constants: { ...constants, tileRows, wide: wide ? 1 : 0 },
      inputs: [x, packPanels(g.w, layout, precision), ...around.inputs],
      outputs: around.outputs,
    };
    return inParts(dispatch, params, ceilDiv(rows, tileRows) * ceilDiv(columns, wide ? 64 : 32), flops);
  }
  const tall = rows > 16;
  const weights = tiledWeights(g, precision);
  const dispatch = {
    kernel,
    wgsl: [...wgsl, weights.wgsl, tiledWgsl],
    constants: { ...constants, tall: tall ? 1 : 0 },
    inputs: [x, weights.operand, ...around.inputs],
    outputs: around.outputs,
  };
  return inParts(dispatch, params, ceilDiv(rows, tall ? 64 : 16) * ceilDiv(columns, 64), flops);
}

/**
 * The most that one dispatch computes: 0.1 s on a software adapter of two cores, 1 ms on a GPU. The runtime can cut a run
 * into submissions only between dispatches.
 */
const PART_FLOPS = 8e9;

function inParts(
  dispatch: Omit<Dispatch, 'workgroups'>,
  params: Readonly<Record<string, Uniform>>,
  tiles: number,
  flops: number,
): Dispatch[] {
  const parts = Math.min(tiles, Math.max(1, Math.ceil(flops / PART_FLOPS)));
  return Array.from({ length: parts }, (_, i) => {
    const [firstTile, endTile] = [i, i + 1].map((part) => Math.round((part * tiles) / parts));
    const count = endTile - firstTile;
    return {
      ...dispatch,
      params: { ...params, firstTile, endTile },
      workgroups: splitGrid(count),
      flops: (flops * count) / tiles,
    };
  });
}

/** The weights in the form that the tiled kernel reads, and the text that reads them. */
function tiledWeights({ w, layout, constantWeight }: Gemm, precision: Precision): { operand: Operand; wgsl: string } {
  if (!constantWeight) return { operand: w, wgsl: layout.inner % 4 === 0 ? weightF32Wgsl : weightScalarWgsl };
  if (precision === 'f16') return { operand: packRows(w, layout, 'f16'), wgsl: weightF16Wgsl };
  return { operand: isPackedRows(layout) ? w : packRows(w, layout, 'f32'), wgsl: weightF32Wgsl };
}
