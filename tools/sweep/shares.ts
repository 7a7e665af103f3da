/** What a sweep from coarse to fine queries and finds, beside a sweep of the whole grid. */
import type { CompletedObject } from '../../src/pipeline/session/completedObject.ts';

/** Points above a probability in the full sweep, and how many of them the other one did not find. */
export interface Found {
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
  /** Points found by both with other bits; there should be none. */
  readonly different: number;
}

/**
 * @param full of the whole grid, with points down to the lowest threshold of `coarse` at least
 * @throws OptionError if it does not reach down so far
 */
export function sharesOf(full: CompletedObject, coarse: CompletedObject): Shares {
  const rows = new Map([...coarse.kept.indices].map((index, row) => [index, row]));
  const foundAbove = (above: number): Found => {
    const { indices } = full.withThreshold(above);
    return { above, points: indices.length, missed: indices.reduce((n, i) => n + (rows.has(i) ? 0 : 1), 0) };
  };
  return {
    queries: coarse.swept.queries,
    total: coarse.swept.of,
    kept: foundAbove(coarse.minThreshold),
    object: foundAbove(coarse.threshold),
    different: differentPoints(full, coarse, rows),
  };
}

function differentPoints(
  { kept: a }: CompletedObject,
  { kept: b }: CompletedObject,
  rows: ReadonlyMap<number, number>,
): number {
  let different = 0;
  a.indices.forEach((index, i) => {
    const j = rows.get(index);
    if (j === undefined) return;
    const isEqual = (['grid', 'xyz', 'rgb'] as const).every((name) =>
      [0, 1, 2].every((k) => Object.is(a[name][3 * i + k], b[name][3 * j + k])),
    );
    if (!isEqual || !Object.is(a.logits[i], b.logits[j])) different++;
  });
  return different;
}

/** One measurement as a line of a table: what was looked at, then numbers. */
export function showShares(
  { queries, total, kept, object, different }: Shares,
  seconds: { readonly full: number; readonly coarse: number },
): string {
  const percent = (n: number, of: number, digits: number): string => `${((100 * n) / of).toFixed(digits)} %`;
  const missed = ({ above, points, missed }: Found): string =>
    `above ${above}: ${percent(points, total, 1)}, ${missed} of ${points} missed`;
  return (
    `queried ${percent(queries, total, 1)}; ${missed(kept)}; ${missed(object)}; ${different} with other bits; ` +
    `${seconds.full.toFixed(0)} s full, ${seconds.coarse.toFixed(0)} s from coarse to fine`
  );
}
