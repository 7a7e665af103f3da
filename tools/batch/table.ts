/** Measured batches as text and tables. */
import { markdownTable } from '../markdown.ts';
import type { Origin } from '../origin.ts';
import type { Problems } from './check.ts';
import type { KillMoment, MemoryPoint } from './watchedBatch.ts';

/** A run of a batch. */
export interface RunFinding {
  readonly objects: number;
  readonly seconds: number;
  readonly memory: readonly MemoryPoint[];
}

/** A batch that was killed and went on. */
export interface BatchLine extends Origin {
  /** Load average of the last minute. */
  readonly load: number;
  readonly photos: number;
  /** Width and height of a photo, in pixels. */
  readonly size: readonly [number, number];
  readonly adapter: string;
  readonly kill: KillMoment;
  /** The one that was killed, and the one that went on. */
  readonly runs: readonly RunFinding[];
  /** Counts of what is wrong. */
  readonly problems: Readonly<Record<keyof Problems, number>>;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

/** The outcome of a batch in a sentence, and its rate and memory as a table. */
export function batchTable(line: BatchLine): string {
  const { photos, size, kill, runs, problems } = line;
  const [first, second] = runs;
  const rows = runs.flatMap(({ memory }, run) =>
    memory.map(({ objects, seconds, rss, heapUsed, arrayBuffers }, i) => {
      const before = memory[i - 1] ?? { objects: 0, seconds: 0 };
      const each = (seconds - before.seconds) / (objects - before.objects);
      return [
        run === 0 ? 'first' : 'second',
        `${before.objects + 1} to ${objects}`,
        each.toFixed(2),
        mebibytes(rss),
        mebibytes(heapUsed),
        mebibytes(arrayBuffers),
      ];
    }),
  );
  const rate = (60 * (first.objects + second.objects)) / (first.seconds + second.seconds);
  return [
    `${photos} photos of ${size.join(' x ')} pixels; killed ${kill.ms} ms after object ${kill.objects}, and run again: `,
    `${first.objects} objects in ${first.seconds.toFixed(0)} s, then ${second.objects} in ${second.seconds.toFixed(0)} s, `,
    `${rate.toFixed(0)} a minute. Lost ${problems.lost}, made twice ${problems.doubled}, files left over ${problems.left}, `,
    `unlike those of the same photo ${problems.different}.\n\n`,
    markdownTable(['run', 'objects', 'seconds each', 'resident MiB', 'of it JavaScript', 'typed arrays'], rows),
  ].join('');
}
