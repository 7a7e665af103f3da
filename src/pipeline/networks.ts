/** The networks of an engine: each is opened when it is first used, and may be closed to make room. */
import { sharedFor } from '../graph/shared.ts';
import type { Device } from '../graph/device.ts';
import type { Shared } from '../graph/shared.ts';
import { findWeights, missingWeights, WeightsError, weightsOf, type WeightSet } from '../../weights/index.ts';
import type { NetworkModule, RoleNetworks } from './networkModule.ts';
import { networks } from './registry.ts';
import type { Role } from './roles.ts';

/** Which network plays a role, by id. */
export type NetworkChoice = Readonly<Partial<Record<Role, string>>>;

export interface PoolOptions {
  /** By default, the first network of a role whose weights are there. */
  readonly choice?: NetworkChoice;
  /** All networks; by default those of `registry.ts`. */
  readonly modules?: readonly NetworkModule[];
}

interface Opened {
  readonly network: RoleNetworks[Role];
  readonly shared: Shared;
}

export class NetworkPool {
  private readonly open = new Map<NetworkModule, Opened>();
  private readonly choice: NetworkChoice;
  private readonly modules: readonly NetworkModule[];

  /** @param keep whether networks stay on the device after their use; if not, opening one closes the others */
  constructor(
    private readonly device: Device,
    private readonly weights: WeightSet,
    private readonly keep: boolean,
    { choice = {}, modules = networks }: PoolOptions = {},
  ) {
    this.choice = choice;
    this.modules = modules;
  }

  /**
   * The network that plays a role.
   * @throws WeightsError if the weights have none of this role, or not the chosen one; or if there is no such network
   */
  async get<R extends Role>(role: R): Promise<RoleNetworks[R]> {
    const module = this.moduleOf(role);
    const known = this.open.get(module);
    // A module creates what its role says: TypeScript cannot follow it through the list.
    if (known) return known.network as RoleNetworks[R];
    if (!this.keep) await this.dispose();
    const { source, config } = weightsOf(this.weights, module);
    const shared = sharedFor(this.device, source);
    const network = module.create(shared, config);
    this.open.set(module, { network, shared });
    return network as RoleNetworks[R];
  }

  /** The module of the network that plays a role: its title, for messages. @throws as `get` */
  moduleOf(role: Role): NetworkModule {
    const able = this.modules.filter((module) => module.role === role);
    const id = this.choice[role];
    if (id === undefined) {
      const present = able.find((module) => findWeights(this.weights, module));
      if (present) return present;
      throw missingWeights(this.weights, able);
    }
    const chosen = able.find((module) => module.id === id);
    if (chosen) return chosen;
    throw new WeightsError({
      file: this.weights.describe,
      expected: `a network for the role "${role}"`,
      found: `the choice "${id}"`,
      advice: `Choose one of: ${able.map((module) => module.id).join(', ')}.`,
    });
  }

  /** Frees the memory of all networks on the device. They are opened again when they are used again. */
  async dispose(): Promise<void> {
    for (const [module, { network, shared }] of this.open) {
      this.open.delete(module);
      await network.dispose();
      shared.constants.dispose();
      shared.readback.dispose();
    }
  }
}
