/** The networks of an engine. Each is opened on first use. */
import { sharedFor } from '../graph/shared.ts';
import type { Device } from '../graph/device.ts';
import type { Shared } from '../graph/shared.ts';
import { findWeights, missingWeights, WeightsError, weightsOf, type WeightSet } from '../../weights/index.ts';
import { bytesToRun } from './fit.ts';
import type { NetworkModule, RoleNetworks } from './networkModule.ts';
import { networks } from './registry.ts';
import type { NetworkChoice, Role } from './roles.ts';

export interface PoolOptions {
  /** By default, the first network of a role that has weights. */
  readonly choice?: NetworkChoice;
  /** All networks; by default `registry.ts`. */
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

  /** @param keep whether networks stay on the device after use; if false, opening a network closes the others */
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
   * The network that plays a role, opened on first use.
   * @throws WeightsError if no network of the role has weights, the chosen network has none, or there is no such
   *   network
   */
  async get<R extends Role>(role: R): Promise<RoleNetworks[R]> {
    const module = this.moduleOf(role);
    const known = this.open.get(module);
    // A module of role R creates a network of role R. TypeScript cannot infer that from the list of modules.
    if (known) return known.network as RoleNetworks[R];
    const { source, config } = weightsOf(this.weights, module);
    if (!this.keep || !this.hasRoom(module, config)) await this.dispose();
    const shared = sharedFor(this.device, source);
    const network = module.create(shared, config);
    this.open.set(module, { network, shared });
    return network as RoleNetworks[R];
  }

  /** Whether a network fits beside what is on the device. */
  private hasRoom(module: NetworkModule, config: object): boolean {
    const { memory, target } = this.device;
    return !memory.isBounded || memory.held + bytesToRun(module, config, target) <= memory.forNetwork;
  }

  /** Frees all networks if less than `bytes` of the device's memory are free. They are opened again on their next use. */
  async makeRoom(bytes: number): Promise<void> {
    if (this.device.memory.room < bytes) await this.dispose();
  }

  /**
   * The network that plays a role, for building pipelines: nothing of it is on the device, and the pool forgets it.
   * @throws as `get`
   */
  blank<R extends Role>(role: R): RoleNetworks[R] {
    const module = this.moduleOf(role);
    const { source, config } = weightsOf(this.weights, module);
    return module.create(sharedFor(this.device, source), config) as RoleNetworks[R];
  }

  /** The module of the network that plays a role. @throws as `get` */
  moduleOf(role: Role): NetworkModule {
    const ofRole = this.modules.filter((module) => module.role === role);
    const id = this.choice[role];
    if (id === undefined) {
      const present = ofRole.find((module) => findWeights(this.weights, module));
      if (present) return present;
      throw missingWeights(this.weights, ofRole);
    }
    const chosen = ofRole.find((module) => module.id === id);
    if (chosen) return chosen;
    throw new WeightsError({
      file: this.weights.describe,
      expected: `a network for the role "${role}"`,
      found: `the choice "${id}"`,
      advice: `Choose one of: ${ofRole.map((module) => module.id).join(', ')}.`,
    });
  }

  /** Frees all networks on the device. They are opened again on their next use. */
  async dispose(): Promise<void> {
    for (const [module, { network, shared }] of this.open) {
      this.open.delete(module);
      await network.dispose();
      shared.constants.dispose();
      shared.readback.dispose();
    }
    await this.device.settle();
  }
}
