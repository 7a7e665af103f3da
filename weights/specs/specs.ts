/** What a checkpoint of a configuration holds: names and shapes of its tensors, in the official naming. */
import type { MccConfig, SamConfig, ZoeConfig } from '../config.ts';
import type { Dtype } from '../dtype.ts';

export interface TensorSpec {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** False for what the released files hold and inference never reads: those may be absent. */
  readonly used: boolean;
}

export type Network = 'sam' | 'zoe' | 'mcc';

/** Names of the networks as messages write them. */
export const networkTitles: Readonly<Record<Network, string>> = { sam: 'SAM', zoe: 'ZoeDepth', mcc: 'MCC' };

/** The tensors of one network. */
export interface NetworkSpecs {
  readonly network: Network;
  readonly config: SamConfig | ZoeConfig | MccConfig;
  /** Official name -> spec, in the order of the network. */
  readonly tensors: ReadonlyMap<string, TensorSpec>;
}

/** Collects specs. Module names come without the final dot and `weight` or `bias`. */
export class SpecList {
  readonly tensors = new Map<string, TensorSpec>();

  tensor(name: string, shape: readonly number[], { used = true, dtype = 'F32' as Dtype } = {}): void {
    this.tensors.set(name, { dtype, shape, used });
  }

  /** weight [outputs, inputs], bias [outputs]. */
  linear(name: string, inputs: number, outputs: number, used = true): void {
    this.tensor(`${name}.weight`, [outputs, inputs], { used });
    this.tensor(`${name}.bias`, [outputs], { used });
  }

  /** weight [outputs, inputs, size, size], bias [outputs]. */
  conv(name: string, inputs: number, outputs: number, size = 1, used = true): void {
    this.tensor(`${name}.weight`, [outputs, inputs, size, size], { used });
    this.tensor(`${name}.bias`, [outputs], { used });
  }

  /** weight [inputs, outputs, size, size]: transposed convolutions store the input first; bias [outputs]. */
  convTranspose(name: string, inputs: number, outputs: number, size: number): void {
    this.tensor(`${name}.weight`, [inputs, outputs, size, size]);
    this.tensor(`${name}.bias`, [outputs]);
  }

  /** weight and bias [channels]. */
  norm(name: string, channels: number, used = true): void {
    this.tensor(`${name}.weight`, [channels], { used });
    this.tensor(`${name}.bias`, [channels], { used });
  }
}
