/** Finds the runner that compares a kind of fixture. */
import { syntheticSource, type WeightSource } from '../../weights/index.ts';
import type { NetworkModule } from '../../src/pipeline/networkModule.ts';
import { networks } from '../../src/pipeline/registry.ts';
import type { Fixture } from './fixture.ts';
import { compareOps } from './ops.ts';
import type { Session } from './session.ts';
import { compareChain } from './chain.ts';
import { compareEverything } from './everything.ts';
import { compareGrid } from './grid.ts';
import { compareMcc } from './mcc.ts';
import { comparePipeline } from './pipeline.ts';
import { compareSam } from './sam.ts';
import { compareHalfBall, compareScene } from './sceneSteps.ts';
import { compareWeights } from './weightValues.ts';
import { compareZoe } from './zoe.ts';

/** @param weights the network's weights, if they are not generated */
export type Runner = (fixture: Fixture, session: Session, weights?: WeightSource) => void | Promise<void>;

/** Runners of kinds that are not about a single network. */
const RUNNERS: Readonly<Record<string, Runner>> = {
  weights: compareWeights,
  pipeline: comparePipeline,
  grid: compareGrid,
  chain: compareChain,
  everything: compareEverything,
  scene: compareScene,
  halfBall: compareHalfBall,
};

/** Compares the stages of one network. The type of `config` is the network's. */
type NetworkRunner = (fixture: Fixture, session: Session, config: never, weights: WeightSource) => Promise<void>;

/** Comparisons by the id of the network, which is the kind of its fixtures. */
const NETWORK_RUNNERS: Readonly<Record<string, NetworkRunner>> = {
  sam: compareSam,
  zoe: compareZoe,
  mcc: compareMcc,
  mccScene: compareMcc,
};

/** @throws Error on a kind that no runner knows */
export function runnerOf(kind: string): Runner {
  if (kind.startsWith('ops.')) return compareOps;
  const network = networks.find(({ id }) => id === kind);
  const runner = network ? networkRunner(network, NETWORK_RUNNERS[kind]) : RUNNERS[kind];
  if (runner) return runner;
  const known = ['ops.*', ...Object.keys(RUNNERS), ...Object.keys(NETWORK_RUNNERS)].join(', ');
  throw new Error(`fixtures of kind "${kind}" are unknown; known are ${known}.`);
}

/** The configuration is the fixture's; weights are generated from its seed, unless they are given. */
function networkRunner(network: NetworkModule, compare: NetworkRunner | undefined): Runner | undefined {
  if (!compare) return undefined;
  return (fixture, session, weights) => {
    const config = fixture.meta<never>('config');
    return compare(fixture, session, config, weights ?? syntheticSource(network.specs(config), fixture.seed));
  };
}
