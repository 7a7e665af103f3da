/** Which weights a recorded graph reads. */
import { show } from '../kernels/check.ts';
import { ShapeError } from './errors.ts';
import type { Graph } from './record.ts';
import { inputsOf } from './tensor.ts';

/**
 * Names and shapes of the weights behind the constants of some graphs, in the order of their first use.
 * Weights that only a constant without a reader needs are not among them.
 * @throws ShapeError if two places read a weight of one name in different shapes
 */
export function neededWeights(graphs: Iterable<Graph>): Map<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const graph of graphs) {
    for (const { origin } of graph.nodes.flatMap((node) => inputsOf(node.inputs))) {
      if (origin.kind !== 'constant') continue;
      for (const { name, shape } of origin.needs) {
        const known = found.get(name) ?? shape;
        if (show(known) !== show(shape)) {
          throw new ShapeError(
            `The weight ${name} is read as ${show(known)} and as ${show(shape)}. A checkpoint has one shape for it: ` +
              'correct the layer that reads it.',
          );
        }
        found.set(name, known);
      }
    }
  }
  return found;
}
