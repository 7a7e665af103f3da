/**
 * What linear layers, convolutions and transposed convolutions share: one matrix product
 * `y[row, column] = sum over taps and inner terms of x * w` with an epilogue, in four variants and two weight precisions.
 *
 * A kernel joins its own WGSL, which says where rows of x and elements of y are, with: the input part (vec4 or scalar), the
 * weights part (panels in a flat texture or rows in a buffer, f32 or f16), the loops of the variant, and the output part.
 */
import {
  expect,
  expectDtype,
  expectFloats,
  expectHalvesInFours,
  expectShape,
  LimitError,
  sameShape,
  show,
  size,
} from '../../check.ts';
import { operand, type Dispatch, type FloatType, type Operand, type Uniform } from '../../dispatch.ts';
import { ceilDiv, splitGrid } from '../../grid.ts';
import { supportsMatrix, supportsSubgroup8, type MatrixUnit, type Precision, type Target } from '../../target.ts';
import { build, type Variant } from '../../variant.ts';
import activationsWgsl from '../activations.wgsl';
import { vec4Elements } from '../elements.ts';
import gridWgsl from '../grid.wgsl';
import epilogueWgsl from './epilogue.wgsl';
import inputScalarWgsl from './input.scalar.wgsl';
import inputVec4F16Wgsl from './input.vec4.f16.wgsl';
import inputVec4Wgsl from './input.vec4.wgsl';
import matrixRows16Wgsl from './matrixRows.16.wgsl';
import matrixRows8Wgsl from './matrixRows.8.wgsl';
import matrixPartTwinWgsl from './matrixPart.twin.wgsl';
import matrixPartUnitWgsl from './matrixPart.unit.wgsl';
import matrixWgsl from './matrix.wgsl';
import outputScalarWgsl from './output.scalar.wgsl';
import outputVec4Wgsl from './output.vec4.wgsl';
import { isPackedRows, packPanels, packRows, type WeightLayout } from './pack.ts';
import panelsF16Wgsl from './panels.f16.wgsl';
import panelsF32Wgsl from './panels.f32.wgsl';
import rank4Wgsl from './rank4.wgsl';
import subgroup8Wgsl from './subgroup8.wgsl';
import tiledWgsl from './tiled.wgsl';
import tiled8x8Wgsl from './tiled8x8.wgsl';
import { largeTile, matrixTile, suitsLargeTile, suitsMatrixTile } from './tiles.ts';
import weightF16Wgsl from './weight.f16.wgsl';
import weightF32Wgsl from './weight.f32.wgsl';
import weightScalarWgsl from './weight.scalar.wgsl';

export type Activation = 'none' | 'gelu' | 'relu';

const ACTIVATIONS: Readonly<Record<Activation, number>> = { none: 0, gelu: 1, relu: 2 };

/** y = residual + scale * activation(sum + bias). bias, scale [channels] f32; residual like y. */
export interface Epilogue {
  readonly bias: Operand | null;
  readonly scale: Operand | null;
  readonly residual: Operand | null;
  readonly activation: Activation;
  /** Type of y and of the residual. */
  readonly dtype: FloatType;
}

export interface Gemm {
  readonly kernel: string;
  /** The kernel's own WGSL: Params, rowSource, tapSource, loadX, channelOf, elementOf. */
  readonly wgsl: string;
  /** Params in addition to rows, columns, inner, quads and taps. */
  readonly params?: Readonly<Record<string, Uniform>>;
  readonly constants?: Readonly<Record<string, number>>;
  readonly x: Operand;
  /** Whether every run of `inner` starts at a multiple of 4 elements and is a multiple of 4 long. */
  readonly vec4Input: boolean;
  readonly w: Operand;
  /** Whether w is a constant, so that it can be packed at load time. */
  readonly constantWeight: boolean;
  readonly layout: WeightLayout;
  readonly rows: number;
  readonly epilogue: Epilogue;
  readonly shape: readonly number[];
  /** Channels of y: the length of bias and scale. */
  readonly channels: number;
}

/** @throws ShapeError unless bias and scale are [channels] and the residual has as many elements as y */
function checkEpilogue({ kernel, epilogue, channels, shape }: Gemm): void {
  const { bias, scale, residual, dtype } = epilogue;
  expectDtype(kernel, { bias, scale }, 'f32');
  expectDtype(kernel, { residual }, dtype);
  expectShape(kernel, { bias, scale }, [channels]);
  expect(
    !residual || sameShape(residual.shape, shape) || size(residual) === size({ shape }),
    kernel,
    `residual is ${residual ? show(residual.shape) : ''}, the result is ${show(shape)}; give both the same shape.`,
  );
}

/** Whether a tile has 64 columns; it has 32 if the second half would be mostly padding. */
const isWide = (columns: number): boolean => (ceilDiv(columns, 64) * 64) / (ceilDiv(columns, 32) * 32) < 1.3;

/** Params, constants, operands and WGSL of everything but the loops. @throws as `gemm` */
export function gemmEpilogue(g: Gemm) {
  const { kernel, x, rows, layout, epilogue } = g;
  checkEpilogue(g);
  expectFloats(kernel, { x });
  expectDtype(kernel, { w: g.w }, 'f32');
  expectHalvesInFours(kernel, 'x', x, g.vec4Input);
  const y = operand(g.shape, epilogue.dtype);
  const wholeVec4s = g.channels % 4 === 0;
  expectHalvesInFours(kernel, 'y', y, wholeVec4s);
  const { columns, inner, taps } = layout;
  const largest = Math.max(size(x), size(g), columns * taps * inner);
  if (largest > 2 ** 30) {
    throw new LimitError(
      `${kernel}: an operand of ${largest} elements is too large; at most 2^30 fit. Split the work along its rows.`,
    );
  }
  return {
    params: { rows, columns, inner, quads: ceilDiv(inner, 4), taps },
    constants: {
      hasBias: epilogue.bias ? 1 : 0,
      hasScale: epilogue.scale ? 1 : 0,
      hasResidual: epilogue.residual ? 1 : 0,
      activation: ACTIVATIONS[epilogue.activation],
    },
    wgsl: [
      activationsWgsl,
      epilogueWgsl,
      ...(wholeVec4s ? [vec4Elements(epilogue.dtype), outputVec4Wgsl] : [outputScalarWgsl]),
    ],
    inputs: [epilogue.bias, epilogue.scale, epilogue.residual],
    outputs: [y],
  };
}

/** Tiles of 8 x 8 sums in the registers of each thread: for GPUs, where the product fills one with such tiles. Runs everywhere. */
const tiled8x8: Variant<Gemm, readonly Dispatch[]> = {
  name: 'tiled8x8',
  supports: () => true,
  suits: ({ rows, layout }) => suitsLargeTile(rows, layout),
  build(g, { precision }) {
    const tile = largeTile(g.rows, g.layout.columns);
    const weights = tiledWeights(g, precision);
    const constants = { rowSide: tile.rows / 8, columnSide: tile.columns / 8 };
    const tiles = ceilDiv(g.rows, tile.rows) * ceilDiv(g.layout.columns, tile.columns);
    return inParts(g, [weights.wgsl, tiled8x8Wgsl], weights.operand, constants, tiles);
  },
};

/** Tiles of 4 x 4 sums in the registers of each thread, operands staged in workgroup memory: for GPUs. Runs everywhere. */
const tiled: Variant<Gemm, readonly Dispatch[]> = {
  name: 'tiled',
  supports: () => true,
  build(g, { precision }) {
    const tall = g.rows > 16;
    const weights = tiledWeights(g, precision);
    const constants = { tall: tall ? 1 : 0 };
    const tiles = ceilDiv(g.rows, tall ? 64 : 16) * ceilDiv(g.layout.columns, 64);
    return inParts(g, [weights.wgsl, tiledWgsl], weights.operand, constants, tiles);
  },
};

/** Panels of weights in a texture, rows of x shared by subgroup broadcasts: for software adapters. */
const subgroup8: Variant<Gemm, readonly Dispatch[]> = {
  name: 'subgroup8',
  supports: (target, { constantWeight }) =>
    constantWeight ? supportsSubgroup8(target) : 'w is computed, and only constants can be packed into panels',
  build(g, { precision }) {
    const half = precision === 'f16';
    const { rows, layout } = g;
    const tileRows = rows <= 4 ? 4 : rows <= 8 ? 8 : 16;
    const wide = half || isWide(layout.columns);
    const constants = { tileRows, wide: wide ? 1 : 0 };
    const tiles = ceilDiv(rows, tileRows) * ceilDiv(layout.columns, wide ? 64 : 32);
    const wgsl = [half ? panelsF16Wgsl : panelsF32Wgsl, subgroup8Wgsl];
    return inParts(g, wgsl, packPanels(g.w, layout, precision), constants, tiles);
  },
};

/** Workgroup memory of the largest tile of the matrix variant. */
const MATRIX_BYTES = 20480;

/** Fragments that matrix instructions multiply, operands rounded to halves: for GPUs that have such instructions. */
const matrix: Variant<Gemm, readonly Dispatch[]> = {
  name: 'matrix',
  supports(target, { constantWeight }) {
    const possible = supportsMatrix(target);
    if (possible !== true) return possible;
    if (!constantWeight) return 'w is computed, and only constants can be packed as halves';
    const { maxWorkgroupBytes: bytes } = target;
    return bytes >= MATRIX_BYTES || `workgroups have ${bytes} bytes of memory here; ${MATRIX_BYTES} are needed`;
  },
  suits: ({ rows, layout }, target) => typeof target.matrix !== 'string' && suitsMatrixTile(rows, layout),
  build(g, target) {
    const { rows: fragmentRows, twin } = target.matrix as MatrixUnit;
    const tile = matrixTile(g.rows, g.layout.columns);
    const constants = { down: tile.rows / 64, across: tile.columns / 32 };
    const tiles = ceilDiv(g.rows, tile.rows) * ceilDiv(g.layout.columns, tile.columns);
    const wgsl = [
      weightF16Wgsl,
      fragmentRows === 16 ? matrixRows16Wgsl : matrixRows8Wgsl,
      twin ? matrixPartTwinWgsl : matrixPartUnitWgsl,
      matrixWgsl,
    ];
    return inParts(g, wgsl, packRows(g.w, g.layout, 'f16'), constants, tiles);
  },
};

/** Where the table says `bySize`, the first one that suits the product is taken. */
export const gemmVariants: readonly Variant<Gemm, readonly Dispatch[]>[] = [tiled, matrix, tiled8x8, subgroup8];

/**
 * One dispatch or, where it would run for long, several that each compute a part of the tiles.
 * @throws ShapeError where the epilogue does not fit, LimitError if an index would not fit into 32 bits
 */
export const gemm = (g: Gemm, target: Target): Dispatch[] => build(g.kernel, gemmVariants, target, g);

/**
 * Upper limit of what one dispatch computes: 0.1 s on a software adapter of two cores, 1 ms on a GPU. The runtime can cut a run
 * into submissions only between dispatches.
 */
const PART_FLOPS = 8e9;

/** The WGSL that reads x. */
function inputWgsl({ x, vec4Input }: Gemm): string {
  if (!vec4Input) return inputScalarWgsl;
  return x.dtype === 'f16' ? inputVec4F16Wgsl : inputVec4Wgsl;
}

function inParts(
  g: Gemm,
  wgsl: readonly string[],
  weights: Operand,
  constants: Readonly<Record<string, number>>,
  tiles: number,
): Dispatch[] {
  const around = gemmEpilogue(g);
  const { columns, taps, inner } = g.layout;
  const flops = 2 * g.rows * columns * taps * inner;
  const dispatch = {
    kernel: g.kernel,
    wgsl: [g.wgsl, inputWgsl(g), gridWgsl, rank4Wgsl, ...around.wgsl, ...wgsl],
    constants: { ...around.constants, ...g.constants, ...constants },
    inputs: [g.x, weights, ...around.inputs],
    outputs: around.outputs,
  };
  const parts = Math.min(tiles, Math.max(1, Math.ceil(flops / PART_FLOPS)));
  return Array.from({ length: parts }, (_, i) => {
    const [firstTile, endTile] = [i, i + 1].map((part) => Math.round((part * tiles) / parts));
    const count = endTile - firstTile;
    return {
      ...dispatch,
      params: { ...around.params, ...g.params, firstTile, endTile },
      workgroups: splitGrid(count),
      flops: (flops * count) / tiles,
    };
  });
}

/** The weights in the form that the tiled variant reads, and the WGSL that reads them. */
function tiledWeights({ w, layout, constantWeight }: Gemm, precision: Precision): { operand: Operand; wgsl: string } {
  if (!constantWeight) return { operand: w, wgsl: layout.inner % 4 === 0 ? weightF32Wgsl : weightScalarWgsl };
  if (precision === 'f16') return { operand: packRows(w, layout, 'f16'), wgsl: weightF16Wgsl };
  return { operand: isPackedRows(layout) ? w : packRows(w, layout, 'f32'), wgsl: weightF32Wgsl };
}
