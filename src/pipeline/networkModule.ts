/**
 * The module of a network: the one export of its folder that the rest of the program uses. A new network is a folder
 * and a line in `registry.ts`.
 */
import { neededWeights } from '../graph/needs.ts';
import type { Graph } from '../graph/record.ts';
import type { Shared } from '../graph/shared.ts';
import type { Target } from '../kernels/target.ts';
import {
  WeightsError,
  type Dtype,
  type NetworkDescription,
  type NetworkSpecs,
  type TensorSpec,
} from '../../weights/index.ts';
import type { Completer, DepthEstimator, Role, Segmenter } from './roles.ts';

/** The interface of a network, by its role. */
export interface RoleNetworks {
  readonly segment: Segmenter;
  readonly depth: DepthEstimator;
  readonly complete: Completer;
  readonly scene: Completer;
}

/** A tensor of a released checkpoint that inference never reads. */
export interface UnusedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** F32 by default. */
  readonly dtype?: Dtype;
}

export interface NetworkModule<
  Config = object,
  R extends Role = Role,
  Id extends string = string,
> extends NetworkDescription<Config, Id> {
  readonly role: R;
  /**
   * Graphs that together read every tensor of the network: one graph for each path that reads further tensors. The
   * graphs are recorded and never run, so the sizes of their inputs do not matter.
   * @param target if given, the graphs read the weights in the forms that a device of this target takes
   */
  record(config: Config, target?: Target): readonly Graph[];
  /**
   * Graphs whose plans are on the device at the same time while the network works on a photo of usual size, in the smallest
   * parts in which it can work; those of `record` by default.
   */
  plans?(config: Config, target: Target): readonly Graph[];
  /** Further tensors of released checkpoints, which no graph reads; none by default. */
  unused?(config: Config): readonly UnusedTensor[];
  /**
   * Creates the network. Plans are compiled and weights uploaded later, on first use.
   * @param shared its constants must read weights of `config`
   */
  create(shared: Shared, config: Config): RoleNetworks[R];
}

/** Makes a module. The list of tensors comes from recording the network, once for each configuration. */
export function defineNetwork<Config extends object, R extends Role, const Id extends string>(
  parts: Omit<NetworkModule<Config, R, Id>, 'specs'>,
): NetworkModule<Config, R, Id> {
  const known = new WeakMap<Config, NetworkSpecs<Config>>();
  const network: NetworkModule<Config, R, Id> = {
    ...parts,
    specs(config) {
      const specs = known.get(config) ?? { network, config, tensors: tensorsOf(network, config) };
      known.set(config, specs);
      return specs;
    },
  };
  return network;
}

/**
 * The tensors of a network's checkpoint, by name.
 * @throws WeightsError if the sizes of the configuration do not fit together
 */
function tensorsOf<Config>(network: NetworkModule<Config>, config: Config): Map<string, TensorSpec> {
  const tensors = new Map<string, TensorSpec>();
  for (const [name, shape] of neededWeights(recorded(network, config))) {
    tensors.set(name, { dtype: 'F32', shape, used: true });
  }
  for (const { name, shape, dtype = 'F32' } of network.unused?.(config) ?? []) {
    if (tensors.has(name)) throw new Error(`${network.title} reads ${name}, which its module calls unused.`);
    tensors.set(name, { dtype, shape, used: false });
  }
  return tensors;
}

function recorded<Config>(network: NetworkModule<Config>, config: Config): readonly Graph[] {
  try {
    return network.record(config);
  } catch (cause) {
    throw new WeightsError(
      {
        file: `configuration of ${network.title}`,
        expected: 'sizes that fit together',
        found: cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause),
        advice: 'Correct the configuration: that in config.json, if the weights came with one.',
      },
      { cause },
    );
  }
}
