/** Fusion: rewrite rules applied to recorded nodes until none applies. */
import { inputsOf, type Node, type Tensor } from '../tensor.ts';
import { activation, inputActivation, layerScale, residual } from './epilogue.ts';
import type { Context, Rule } from './rule.ts';
import { windows } from './windows.ts';

/** All rules, in the order in which they are tried on a node. Exported for tests. */
export const RULES: readonly Rule[] = [windows, activation, layerScale, residual, inputActivation];

/**
 * Applies the rules to a list of nodes until no rule applies.
 * @param nodes in execution order
 * @param keep results of the graph: the nodes that compute them are not fused away
 */
export function fuse(nodes: readonly Node[], keep: ReadonlySet<Tensor>, rules = RULES): Node[] {
  let current = [...nodes];
  const kept = new Set([...keep].map((t) => t.root));
  for (let changed = true; changed;) {
    changed = false;
    const producers = new Map<Tensor, Node>();
    const readers = new Map<Tensor, number>();
    for (const node of current) {
      for (const output of node.outputs) producers.set(output, node);
      for (const input of inputsOf(node.inputs)) readers.set(input.root, (readers.get(input.root) ?? 0) + 1);
    }
    const context: Context = {
      onlyProducer(t, reads = 1) {
        const producer = producers.get(t.root);
        if (!producer || producer.outputs.length !== 1) return undefined;
        return kept.has(t.root) || readers.get(t.root) !== reads ? undefined : producer;
      },
    };
    const removed = new Set<Node>();
    const next: Node[] = [];
    for (const node of current) {
      let result: ReturnType<Rule['apply']>;
      for (const rule of rules) {
        result = rule.apply(node, context);
        // Within one pass, a node may be fused by one rewrite only. The next pass sees the new nodes.
        if (result && !result.fused.some((n) => removed.has(n) || !current.includes(n))) break;
        result = undefined;
      }
      if (result) {
        result.fused.forEach((n) => removed.add(n));
        next.push(...result.replacements);
        // The old producer of a replaced output is gone: no other rule of this pass may fuse it.
        for (const output of result.replacements.flatMap((n) => n.outputs)) producers.delete(output);
        changed = true;
      } else {
        next.push(node);
      }
    }
    current = next.filter((n) => !removed.has(n));
  }
  return current;
}
