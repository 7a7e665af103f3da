/** Recognizes a configuration by the names and shapes of its tensors. */
import { sameShape } from './dtype.ts';
import type { NetworkDescription, NetworkSpecs } from './network.ts';

/** The named configuration that a set of tensors agrees with best. */
export interface Likeness {
  /** Key in the network's `configs`. */
  readonly name: string;
  readonly agreement: number;
}

/** The named configuration of `network` that agrees best. @param shapes official name -> shape */
export function mostLike(network: NetworkDescription, shapes: ReadonlyMap<string, readonly number[]>): Likeness {
  const all = Object.entries(network.configs).map(([name, config]) => {
    return { name, agreement: agreementWith(network.specs(config), shapes) };
  });
  return all.reduce((best, next) => (next.agreement > best.agreement ? next : best));
}

/** Share of used tensors that agree in name and shape, 0..1; 1 only if all do and no other tensor is there.
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
