/** What a sweep from coarse to fine queries and finds, beside a sweep of the whole grid. */
import type { SweptField } from '../../src/pipeline/roles.ts';
import { limitOf } from '../../src/pipeline/occupancy.ts';

/** Points above a probability in the full sweep, and how many of them the other one did not query. */
interface Found {
  readonly above: number;
  readonly points: number;
  readonly missed: number;
}

export interface Shares {
  readonly queries: number;
  readonly total: number;
  /** Of the points that were to be found: those above the sweep's lowest threshold. */
  readonly kept: Found;
  /** Of the object's points: those above its threshold. */
  readonly object: Found;
  /** Points whose logits have other bits in the two sweeps; there should be none. */
  readonly different: number;
}

/** The two probabilities of an object. */
export interface Thresholds {
  readonly minThreshold: number;
  readonly threshold: number;
}

/** @param full field of the whole grid, without NaN */
export function sharesOf(full: SweptField, coarse: SweptField, { minThreshold, threshold }: Thresholds): Shares {
  const all = full.logits;
  const some = coarse.logits;
  let [queries, different] = [0, 0];
  for (let i = 0; i < all.length; i++) {
    if (Number.isNaN(some[i])) continue;
    queries++;
    if (!Object.is(some[i], all[i])) different++;
  }
  const foundAbove = (above: number): Found => {
    const limit = limitOf(above);
    let [points, missed] = [0, 0];
    for (let i = 0; i < all.length; i++) {
      if (!(all[i] > limit)) continue;
      points++;
      if (Number.isNaN(some[i])) missed++;
    }
    return { above, points, missed };
  };
  return { queries, total: all.length, kept: foundAbove(minThreshold), object: foundAbove(threshold), different };
}

/** One measurement as a line of text. */
export function showShares({ queries, total, kept, object, different }: Shares): string {
  const percent = (n: number, of: number, digits: number): string => `${((100 * n) / of).toFixed(digits)} %`;
  const missed = ({ above, points, missed }: Found): string =>
    `above ${above}: ${percent(points, total, 1)}, ${missed} of ${points} missed`;
  const bits = different === 0 ? '' : `; ${different} WITH OTHER BITS`;
  return `queried ${percent(queries, total, 1)}; ${missed(kept)}; ${missed(object)}${bits}`;
}
