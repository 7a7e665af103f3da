/** Stored counts: a file for each GPU, a line of JSON for each program of a case. The last line of a program is the current one. */
import type { Listing } from './listing.ts';
import type { Bound, Roof } from './roof.ts';
import type { Program } from './subjects.ts';

export interface IsaLine extends Omit<Program, 'dispatch' | 'loopRuns'>, Omit<Listing, 'loops' | 'counts'> {
  readonly commit: string | null;
  readonly family: string;
  /** Version of the driver. */
  readonly driver: string;
  readonly roof: number | null;
  readonly boundBy: Bound;
  /** What the estimate counts; see roof.ts. */
  readonly counted: Roof['counted'];
  /** What the line was made for, such as `before` a change. */
  readonly label?: string;
  /** Why a program that got worse is taken nevertheless. */
  readonly reason?: string;
}

/** What a line is about: it stays the same when the text or the variant changes. */
export const subjectOf = ({ kernel, shape, program }: Pick<IsaLine, 'kernel' | 'shape' | 'program'>): string =>
  `${kernel} | ${shape} | ${program}`;

/** Lines of each subject, oldest first. */
export function histories(lines: readonly IsaLine[]): Map<string, IsaLine[]> {
  const found = new Map<string, IsaLine[]>();
  for (const line of lines) found.set(subjectOf(line), [...(found.get(subjectOf(line)) ?? []), line]);
  return found;
}

/** Programs whose text differs from that of the stored lines, or that have no line. Exported for tests. */
export function outdated(
  programs: readonly Omit<Program, 'dispatch' | 'workgroups'>[],
  lines: readonly IsaLine[],
): string[] {
  const known = histories(lines);
  return programs
    .filter((program) => known.get(subjectOf(program))?.at(-1)?.hash !== program.hash)
    .map((program) => subjectOf(program));
}

/** How much a roof may fall without a reason: the compiler's register allocation moves it by as much. */
const TOLERANCE = 0.02;

/** Why the later of two lines is worse; undefined when it is not. */
export function worsening(before: IsaLine, after: IsaLine): string | undefined {
  if (after.spills > before.spills) return `spills ${after.spills} registers, was ${before.spills}`;
  if (before.roof !== null && after.roof !== null && after.roof < before.roof - TOLERANCE)
    return `could reach ${percent(after.roof)} of the multiply-add peak, was ${percent(before.roof)}`;
  return undefined;
}

/** Subjects whose last line is worse than the one before and has no reason. Exported for tests. */
export function unexplained(lines: readonly IsaLine[]): string[] {
  return [...histories(lines)].flatMap(([subject, history]) => {
    const [before, after] = history.slice(-2);
    if (after === undefined || after.reason !== undefined) return [];
    const worse = worsening(before, after);
    return worse === undefined ? [] : [`${subject}: ${worse}`];
  });
}

export const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
