/** Recognizes the configuration of a network from the names and shapes of its tensors. */
import { sameShape } from './dtype.ts';
import type { NetworkDescription, NetworkSpecs } from './network.ts';

/** The named configuration that agrees best with a set of tensors. */
export interface ClosestConfig {
  /** Key in the network's `configs`. */
  readonly name: string;
  /** As `agreementWith` computes it. */
  readonly agreement: number;
}

/** Finds the named configuration of `network` that agrees best with some tensors. @param shapes official name -> shape */
export function closestConfig(
  network: NetworkDescription,
  shapes: ReadonlyMap<string, readonly number[]>,
): ClosestConfig {
  const all = Object.entries(network.configs).map(([name, config]) => {
    return { name, agreement: agreementWith(network.specs(config), shapes) };
  });
  return all.reduce((best, next) => (next.agreement > best.agreement ? next : best));
}

/** Computes the share of tensors that agree in name and shape, 0..1. It is 1 if all used tensors agree and there are no others.
 *  @param shapes official name -> shape */
export function agreementWith(specs: NetworkSpecs, shapes: ReadonlyMap<string, readonly number[]>): number {
  let same = 0;
  let all = 0;
  for (const [name, { shape, used }] of specs.tensors) {
    if (!used) continue;
    all++;
    const found = shapes.get(name);
    if (found && sameShape(found, shape)) same++;
  }
  for (const name of shapes.keys()) if (!specs.tensors.has(name)) all++;
  return same / all;
}
