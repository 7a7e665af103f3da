/** Ops of the sweep from coarse to fine: which points of a grid to query next, and where they are. */
import { defineOp } from '../../graph/op.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { gridPointsAt as gridPointsAtKernel } from '../../kernels/gridPointsAt/gridPointsAt.ts';
import { nearOccupied as nearOccupiedKernel } from '../../kernels/nearOccupied/nearOccupied.ts';
import type { GridAxes } from './ops.ts';

type Counts = GridAxes['counts'];

const gridPointsAtOp = defineOp<{ readonly axes: Tensor; readonly indices: Tensor }, { readonly counts: Counts }>({
  name: 'gridPointsAt',
  lower: (_, { axes, indices }, { counts }) => [gridPointsAtKernel(axes, indices, counts)],
});

/**
 * Points of a grid by their indices, x slowest and z fastest: indices [count] u32 -> [count, 3], the same bits as those of
 * `gridPoints`. An index beyond the end of the grid is its last point.
 * @throws ShapeError if axes and counts disagree, or indices is not [count] u32
 */
export function gridPointsAt({ counts, axes }: GridAxes, indices: Tensor): Tensor {
  const lookup = indices.graph.constant({
    name: 'grid axes',
    of: axes,
    shape: [axes.length],
    compute: () => axes,
  });
  return gridPointsAtOp.record({ axes: lookup, indices }, { counts });
}

const nearOccupiedOp = defineOp<{ readonly occupied: Tensor; readonly queried: Tensor }, { readonly counts: Counts }>({
  name: 'nearOccupied',
  lower: (_, { occupied, queried }, { counts }) => [nearOccupiedKernel(occupied, queried, counts)],
});

/**
 * Which points of a grid to query next: those not queried that have an occupied one among their 26 neighbors.
 * occupied, queried [ceil(points / 32)] u32, a bit for each point of the grid -> likewise.
 * @throws ShapeError if the bits are not as many as the grid has points
 */
export const nearOccupied = (occupied: Tensor, queried: Tensor, counts: Counts): Tensor =>
  nearOccupiedOp.record({ occupied, queried }, { counts });
