/** What recorded graphs store, computed without a device: how much at once, and how often on the way to a result. */
import { constantOf } from '../../src/graph/constants.ts';
import { fuse } from '../../src/graph/fuse/index.ts';
import { accesses, lower } from '../../src/graph/lower.ts';
import { inputsOf, type Tensor } from '../../src/graph/tensor.ts';
import { size } from '../../src/kernels/check.ts';
import { bufferBytes } from '../../src/kernels/dtype.ts';
import type { Operand } from '../../src/kernels/dispatch.ts';
import { BASELINE, type Target } from '../../src/kernels/target.ts';
import type { Recorded } from '../../src/pipeline/planCache.ts';

const fused = ({ graph, outputs }: Recorded) => {
  const keep = new Set(Object.values(outputs).map((t) => t.root));
  return { keep, nodes: fuse(graph.nodes, keep) };
};

/** A GPU that binds maps of any size. */
export const largeTarget: Target = { ...BASELINE, maxBindingBytes: 2 ** 31 - 4 };

/** The most bytes of inputs, results and intermediate results that are needed at once. */
export function liveBytes(recorded: Recorded): number {
  const { keep, nodes } = fused(recorded);
  const { steps, owner } = lower(nodes, largeTarget);
  const life = new Map<Operand, { from: number; to: number }>();
  steps.forEach((step, i) => {
    const { reads, writes } = accesses(step);
    for (const operand of [...reads, ...writes]) {
      if (constantOf(operand)) continue;
      const memory = owner(operand);
      life.set(memory, { from: life.get(memory)?.from ?? i, to: i });
    }
  });
  // Inputs and results have memory of their own.
  for (const own of [...recorded.graph.inputs.values(), ...keep]) life.set(own, { from: 0, to: steps.length });
  const lives = [...life].map(([memory, span]) => ({ ...span, bytes: bufferBytes(size(memory), memory.dtype) }));
  const alive = steps.map((_, i) => lives.filter(({ from, to }) => from <= i && i <= to));
  return Math.max(...alive.map((values) => values.reduce((sum, { bytes }) => sum + bytes, 0)));
}

/** How many times a number is stored as a half at most on its way from an input to a result. */
export function halfStores(recorded: Recorded): number {
  const { keep, nodes } = fused(recorded);
  const stores = new Map<Tensor, number>();
  for (const node of nodes) {
    const before = Math.max(0, ...inputsOf(node.inputs).map((x) => stores.get(x.root) ?? 0));
    for (const y of node.outputs) stores.set(y.root, before + (y.dtype === 'f16' ? 1 : 0));
  }
  return Math.max(...[...keep].map((result) => stores.get(result) ?? 0));
}
