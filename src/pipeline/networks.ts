/** The three networks of an engine: each is opened when it is first used, and may be closed to make room. */
import { sharedFor } from '../graph/shared.ts';
import type { Device } from '../graph/device.ts';
import type { Shared } from '../graph/shared.ts';
import { weightsOf, type WeightSet } from '../../weights/index.ts';
import type { Completer, DepthEstimator, Role, Segmenter } from './roles.ts';
import { Mcc } from './mcc/mcc.ts';
import { Sam } from './sam/sam.ts';
import { ZoeDepth } from './zoeDepth/zoeDepth.ts';

interface Opened<N> {
  readonly network: N;
  readonly shared: Shared;
}

type Networks = { sam: Opened<Sam>; zoe: Opened<ZoeDepth>; mcc: Opened<Mcc> };

interface Players {
  segment: Segmenter;
  depth: DepthEstimator;
  complete: Completer;
}

export class NetworkPool {
  private readonly opened: Partial<Networks> = {};

  /** @param keep whether networks stay on the device after their use; if not, opening one closes the others */
  constructor(
    private readonly device: Device,
    private readonly weights: WeightSet,
    private readonly keep: boolean,
  ) {}

  /** @throws WeightsError if the weights have no SAM */
  sam(): Promise<Sam> {
    return this.get('sam', (shared) => new Sam(shared, weightsOf(this.weights, 'sam').config));
  }

  /** @throws WeightsError if the weights have no ZoeDepth */
  zoe(): Promise<ZoeDepth> {
    return this.get('zoe', (shared) => new ZoeDepth(shared, weightsOf(this.weights, 'zoe').config));
  }

  /** @throws WeightsError if the weights have no MCC */
  mcc(): Promise<Mcc> {
    return this.get('mcc', (shared) => new Mcc(shared, weightsOf(this.weights, 'mcc').config));
  }

  /** The network of a role, and what it is called. */
  async open<R extends Role>(role: R): Promise<{ network: Players[R]; title: string }> {
    const network = role === 'segment' ? await this.sam() : role === 'depth' ? await this.zoe() : await this.mcc();
    const title = { segment: 'SAM', depth: 'ZoeDepth', complete: 'MCC' }[role];
    return { network: network as unknown as Players[R], title };
  }

  /** Frees a network's memory on the device. */
  async close(name: keyof Networks): Promise<void> {
    const opened = this.opened[name];
    if (!opened) return;
    delete this.opened[name];
    await opened.network.dispose();
    opened.shared.constants.dispose();
    opened.shared.readback.dispose();
  }

  async dispose(): Promise<void> {
    for (const name of Object.keys(this.opened) as (keyof Networks)[]) await this.close(name);
  }

  private async get<K extends keyof Networks>(
    name: K,
    create: (shared: Shared) => Networks[K]['network'],
  ): Promise<Networks[K]['network']> {
    const known = this.opened[name];
    if (known) return known.network;
    if (!this.keep) await this.dispose();
    const shared = sharedFor(this.device, weightsOf(this.weights, name).source);
    const opened = { network: create(shared), shared } as Networks[K];
    this.opened[name] = opened;
    return opened.network;
  }
}
