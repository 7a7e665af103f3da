/** The memory that recorded graphs take on a device, computed without one. */
import { size } from '../kernels/check.ts';
import type { Operand } from '../kernels/dispatch.ts';
import { bufferBytes } from '../kernels/dtype.ts';
import type { Target } from '../kernels/target.ts';
import { isTexture } from './bind.ts';
import { constantOf, keyOfOperand } from './constants.ts';
import { fuse } from './fuse/index.ts';
import { accesses, lower } from './lower.ts';
import type { Graph } from './record.ts';
import { inputsOf, type Tensor } from './tensor.ts';

export interface Footprint {
  /** Bytes of all constants: weights in the layouts that the kernels read, and tables. */
  readonly constantBytes: number;
  /** Bytes of the largest buffer: of a constant, an input, a result or an intermediate result. */
  readonly largestBuffer: number;
}

/**
 * Computes the memory of graphs whose plans share their constants.
 * @throws LimitError if a kernel needs more than the target has
 */
export function footprintOf(graphs: Iterable<Graph>, target: Target): Footprint {
  const constants = new Map<string, number>();
  let largestBuffer = 0;
  for (const { nodes } of graphs) {
    const { steps, owner } = lower(fuse(nodes, unread(nodes)), target);
    for (const step of steps) {
      const { reads, writes } = accesses(step);
      for (const operand of [...reads, ...writes]) {
        const memory: Operand = operand.packed ? operand : owner(operand);
        const bytes = bufferBytes(size(memory), memory.dtype);
        if (constantOf(memory)) constants.set(keyOfOperand(memory), bytes);
        if (!isTexture(memory)) largestBuffer = Math.max(largestBuffer, bytes);
      }
    }
  }
  return { constantBytes: [...constants.values()].reduce((sum, bytes) => sum + bytes, 0), largestBuffer };
}

/** The tensors that no node reads: the results of the graph. */
function unread(nodes: Graph['nodes']): Set<Tensor> {
  const results = new Set(nodes.flatMap((node) => node.outputs.map((output) => output.root)));
  for (const node of nodes) for (const input of inputsOf(node.inputs)) results.delete(input.root);
  return results;
}
