/** The memory that recorded graphs take on a device, computed without one. */
import { bytesOf } from '../kernels/check.ts';
import type { Operand } from '../kernels/dispatch.ts';
import type { Target } from '../kernels/target.ts';
import { isTexture } from './bind.ts';
import { constantOf, keyOfOperand } from './constants.ts';
import { fuse } from './fuse/index.ts';
import { accesses, lower } from './lower.ts';
import type { Graph } from './record.ts';
import { layOut } from './slots.ts';
import { inputsOf, type Tensor } from './tensor.ts';

export interface Footprint {
  /** Bytes of all constants: weights in the layouts that the kernels read, and tables. */
  readonly constantBytes: number;
  /** Bytes of the largest buffer: of a constant, an input, a result or an intermediate result. */
  readonly largestBuffer: number;
  /** Bytes of inputs, results and intermediate results of all plans together. */
  readonly valueBytes: number;
}

/**
 * Computes the memory of graphs whose plans share their constants.
 * @throws LimitError if a kernel needs more than the target has
 */
export function footprintOf(graphs: Iterable<Graph>, target: Target): Footprint {
  const constants = new Map<string, number>();
  let largestBuffer = 0;
  let valueBytes = 0;
  for (const { nodes, inputs } of graphs) {
    const results = unread(nodes);
    const lowered = lower(fuse(nodes, results), target);
    const { steps, owner } = lowered;
    valueBytes += layOut(lowered, inputs.values(), results).memory.peakBytes;
    for (const step of steps) {
      const { reads, writes } = accesses(step);
      for (const operand of [...reads, ...writes]) {
        const memory: Operand = operand.packed ? operand : owner(operand);
        const bytes = bytesOf(memory);
        if (constantOf(memory)) constants.set(keyOfOperand(memory), bytes);
        if (!isTexture(memory)) largestBuffer = Math.max(largestBuffer, bytes);
      }
    }
  }
  const constantBytes = [...constants.values()].reduce((sum, bytes) => sum + bytes, 0);
  return { constantBytes, largestBuffer, valueBytes };
}

/** The tensors that no node reads: the results of the graph. */
function unread(nodes: Graph['nodes']): Set<Tensor> {
  const results = new Set(nodes.flatMap((node) => node.outputs.map((output) => output.root)));
  for (const node of nodes) for (const input of inputsOf(node.inputs)) results.delete(input.root);
  return results;
}
