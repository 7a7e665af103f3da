/** The weights that recorded graphs read. */
import { show } from '../kernels/check.ts';
import { ShapeError } from './errors.ts';
import type { Graph } from './record.ts';
import { inputsOf } from './tensor.ts';

/**
 * Names and shapes of the weights that the constants of the graphs are computed from, in order of first use. Constants
 * that no node reads do not count.
 * @throws ShapeError if one weight is read in two shapes
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
