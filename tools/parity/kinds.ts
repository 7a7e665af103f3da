/** Which runner compares which kind of fixture. */
import type { WeightSource } from '../../weights/index.ts';
import type { Fixture } from './fixture.ts';
import { compareOps } from './ops.ts';
import type { Session } from './session.ts';
import { compareChain } from './chain.ts';
import { compareGrid } from './grid.ts';
import { compareMcc } from './mcc.ts';
import { comparePipeline } from './pipeline.ts';
import { compareSam } from './sam.ts';
import { compareWeights } from './weightValues.ts';
import { compareZoe } from './zoe.ts';

/** `weights`: those of the network, where they are not generated. */
export type Runner = (fixture: Fixture, session: Session, weights?: WeightSource) => void | Promise<void>;

const RUNNERS: Readonly<Record<string, Runner>> = {
  weights: compareWeights,
  sam: compareSam,
  pipeline: comparePipeline,
  mcc: compareMcc,
  grid: compareGrid,
  chain: compareChain,
  zoe: compareZoe,
};

/** @throws Error on a kind that no runner knows */
export function runnerOf(kind: string): Runner {
  const runner = kind.startsWith('ops.') ? compareOps : RUNNERS[kind];
  if (!runner)
    throw new Error(`fixtures of kind "${kind}" are unknown; known are ops.*, ${Object.keys(RUNNERS).join(', ')}.`);
  return runner;
}
