/**
 * Plans that check what they compute. The device counts numbers that are NaN or infinite in each input, tapped value and result:
 * between taps a network adds to what it has, so that a NaN stays, but later a maximum or a sort may hide it. Only where there
 * are some does a second pass count in every layer, to name the first one that has them.
 */
import { size } from '../kernels/check.ts';
import { NumericError } from './errors.ts';
import { concat } from './ops/movement.ts';
import { nonFinite } from './ops/reduce.ts';
import { buildAhead, compile, nodesFor, type CompileOptions, type Plan, type PlanInput } from './plan.ts';
import type { Graph } from './record.ts';
import type { Shared } from './shared.ts';
import { inputsOf, type Node, type Tensor } from './tensor.ts';

/** Nodes of a graph with further ones that count what is not finite. */
interface Counted {
  readonly nodes: readonly Node[];
  readonly of: readonly { readonly tensor: Tensor; readonly counts: Tensor }[];
  /** All counts, u32 [n]; undefined if there are none. */
  readonly counts?: Tensor;
}

/** Name of the further result. */
const COUNTS = 'nonFinite';

/**
 * As `compile`, but runs throw NumericError if an input, a tapped value or a result holds NaN or infinity. Nodes that count are added to
 * the graph.
 * @throws as `compile`
 */
export async function compileChecked(shared: Shared, graph: Graph, options: CompileOptions): Promise<Plan> {
  const { nodes, all, counts } = checked(shared, graph, options);
  const plan = await compile(shared, graph, all, nodes);
  if (!counts) return plan;
  return {
    ...plan,
    async run(inputs, runOptions) {
      const { [COUNTS]: found, ...results } = await plan.run(inputs, runOptions);
      if ((await found.read()).some((count) => count > 0)) throw await firstOf(shared, graph, options, inputs);
      return results;
    },
  };
}

/** As `buildAhead`, for a plan of `compileChecked`. */
export async function buildCheckedAhead(shared: Shared, graph: Graph, options: CompileOptions): Promise<void> {
  const { nodes, all } = checked(shared, graph, options);
  await buildAhead(shared, graph, all, nodes);
}

/** The nodes of a plan that checks, and its options. */
function checked(shared: Shared, graph: Graph, options: CompileOptions): Counted & { readonly all: CompileOptions } {
  const { inputs, taps } = graph;
  const values = new Set([...inputs.values(), ...taps.values(), ...Object.values(options.outputs)].map((t) => t.root));
  const counted = withCounts(graph, nodesFor(shared, graph, options), (t) => values.has(t));
  const { counts } = counted;
  return { ...counted, all: { ...options, outputs: { ...options.outputs, ...(counts && { [COUNTS]: counts }) } } };
}

/** Lets a count follow each node whose result is wanted. Values that fusion has removed are not there to be counted. */
function withCounts(graph: Graph, nodes: readonly Node[], isWanted: (result: Tensor) => boolean): Counted {
  const counted: Node[] = [];
  const of: Counted['of'][number][] = [];
  /** The node that `record` has added to the graph. */
  const take = (record: () => Tensor): Tensor => {
    const result = record();
    counted.push(graph.nodes[graph.nodes.length - 1]);
    return result;
  };
  const count = (tensor: Tensor): void => {
    if (tensor.dtype !== 'f32' && tensor.dtype !== 'f16') return;
    of.push({ tensor, counts: take(() => nonFinite(tensor)) });
  };
  for (const input of graph.inputs.values()) if (isWanted(input)) count(input);
  for (const node of nodes) {
    counted.push(node);
    for (const output of node.outputs) if (isWanted(output)) count(output);
  }
  if (of.length < 2) return { nodes: counted, of, counts: of[0]?.counts };
  const parts = of.map(({ counts }) => counts);
  const counts = take(() => concat(parts, 0));
  return { nodes: counted, of, counts };
}

/** Runs a plan once more and counts in the result of each layer. @throws as `compile` and `Plan.run` */
async function firstOf(
  shared: Shared,
  graph: Graph,
  options: CompileOptions,
  inputs: Readonly<Record<string, PlanInput>>,
): Promise<NumericError> {
  const what = options.name ?? 'the plan';
  const own = nodesFor(shared, graph, options);
  const { nodes, of, counts } = withCounts(graph, own, () => true);
  const search = { ...options, name: `the search for NaN in ${what}`, outputs: { counts: counts! } };
  const plan = await compile(shared, graph, search, nodes);
  try {
    const found = await (await plan.run(inputs)).counts.read();
    let at = 0;
    for (const { tensor, counts: counted } of of) {
      const count = Array.from({ length: size(counted) }, () => found[at++]).reduce((a, b) => a + b, 0);
      if (count === 0) continue;
      return new NumericError(
        `${what}: ${nameOf(tensor, graph, own)} is the first value that is not finite: ${count} of its ${size(tensor)} numbers are ` +
          `NaN or infinite.\n${HINT}`,
      );
    }
  } finally {
    plan.dispose();
  }
  return new NumericError(
    `${what}: a value held NaN or infinity, but all numbers were finite when the same layers ran again: this adapter does\n` +
      `  not compute the same twice.\n${HINT}`,
  );
}

const HINT =
  '  Weights that do not belong to this network, or a wrong driver, do this: run `unflat weights verify` and\n' +
  '  `unflat doctor --deep`, and try another adapter (--adapter) or f32 (without --precision f16).';

/** A layer by the weights that it reads, `linear blocks.0.mlp.fc1 in encoder`, or by those that were read last before it. */
function nameOf(tensor: Tensor, graph: Graph, nodes: readonly Node[]): string {
  for (const [name, input] of graph.inputs) if (input === tensor) return `the input ${name}`;
  const at = nodes.findIndex(({ outputs }) => outputs.includes(tensor));
  const { op, scope } = nodes[at];
  const place = scope === '' ? '' : ` in ${scope}`;
  const own = weightsOf(nodes[at]);
  if (own !== undefined) return `${op.name} ${own}${place}`;
  const before = nodes
    .slice(0, at)
    .map(weightsOf)
    .findLast((name) => name !== undefined);
  return `${op.name}${before === undefined ? '' : ` after ${before}`}${place}`;
}

/** The first constant that a node reads, without `.weight`; undefined if it reads none. */
function weightsOf({ inputs }: Node): string | undefined {
  for (const { root } of inputsOf(inputs)) {
    if (root.origin.kind === 'constant') return root.origin.name.replace(/\.(weight|bias)$/, '');
  }
  return undefined;
}
