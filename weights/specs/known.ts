/** Recognizes a configuration by the names and shapes of its tensors. */
import { type MccConfig, type SamConfig, type ZoeConfig, mccConfigs, samConfigs, zoeConfigs } from '../config.ts';
import { sameShape } from '../dtype.ts';
import { mccSpecs } from './mcc.ts';
import { samSpecs } from './sam.ts';
import type { Network, NetworkSpecs } from './specs.ts';
import { zoeSpecs } from './zoe.ts';

/** Specs of every named configuration, by network and name. */
function knownSpecs(network: Network): [name: string, specs: NetworkSpecs][] {
  switch (network) {
    case 'sam':
      return Object.entries<SamConfig>(samConfigs).map(([name, config]) => [name, samSpecs(config)]);
    case 'zoe':
      return Object.entries<ZoeConfig>(zoeConfigs).map(([name, config]) => [name, zoeSpecs(config)]);
    case 'mcc':
      return Object.entries<MccConfig>(mccConfigs).map(([name, config]) => [name, mccSpecs(config)]);
  }
}

/** The named configuration that a set of tensors agrees with best. */
export interface Likeness {
  /** Key in samConfigs, zoeConfigs or mccConfigs. */
  readonly name: string;
  readonly agreement: number;
}

/** The named configuration of `network` that agrees best. @param shapes official name -> shape */
export function mostLike(network: Network, shapes: ReadonlyMap<string, readonly number[]>): Likeness {
  const all = knownSpecs(network).map(([name, specs]) => ({ name, agreement: agreementWith(specs, shapes) }));
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
