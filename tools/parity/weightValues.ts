/** Fixtures of kind `weights`: values of the generator of weights, bit for bit. */
import { syntheticWeight } from '../../weights/index.ts';
import type { Fixture } from './fixture.ts';

export function compareWeights(fixture: Fixture): void {
  const seeds = fixture.meta<Record<string, string>>('seeds');
  for (const path of fixture.names) {
    const network = path.slice(0, path.indexOf('/'));
    const { shape } = fixture.peek(path);
    const data = syntheticWeight(Number(seeds[network]), path.slice(network.length + 1), shape);
    fixture.compare(path, { shape, data }, { exact: true });
  }
}
