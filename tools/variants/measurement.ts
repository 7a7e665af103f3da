/** Measures one checkpoint after the other: its files in every format, then its runs in both precisions. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { networkNamed } from '../../src/pipeline/registry.ts';
import type { Checkpoint } from '../../weights/index.ts';
import type { Origin } from '../origin.ts';
import { runInChild } from '../child.ts';
import { differenceOf } from './difference.ts';
import type { Done, Job, Measured } from './jobs.ts';
import { addLine, type FileFinding, keyOf, type RunFinding, type VariantLine } from './lines.ts';
import { fileName, type Format, formatsOf, PRECISIONS, runFormat, type RunPrecision } from './plan.ts';

export interface MeasurementOptions {
  readonly origin: Omit<Origin, 'date'>;
  /** File of the JSON lines. */
  readonly file: string;
  /** Folder for weights, which are removed when they are no longer needed. */
  readonly folder: string;
  /** Lines that were recorded before, by key. */
  readonly known: ReadonlyMap<string, VariantLine>;
  readonly adapter: string;
  readonly photo: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly loadOf: () => number;
}

type Finding = VariantLine extends infer L ? (L extends VariantLine ? Omit<L, keyof Origin | 'load'> : never) : never;

export class Measurement {
  private readonly lines: Map<string, VariantLine>;

  constructor(private readonly options: MeasurementOptions) {
    this.lines = new Map(options.known);
  }

  /** @throws Error when formats hold different tensors; what a child process says when it fails; Interrupted */
  async variant(variant: Checkpoint): Promise<void> {
    const { id } = variant;
    const wantsDifference = !this.lines.has(`f16 ${id}`);
    for (const format of formatsOf(variant)) {
      const wantsFile = !this.lines.has(`file ${id} ${format}`);
      // The results of both precisions are compared and then removed, so a missing one means that both run again.
      const runs = PRECISIONS.filter((p) => wantsDifference && runFormat(variant, p) === format);
      if (wantsFile || runs.length > 0) await this.format(variant, format, wantsFile, runs);
    }
    this.expectEqualTensors(variant);
    if (!wantsDifference) return;
    const [f32, f16] = await Promise.all(PRECISIONS.map((p) => readFile(this.output(variant, p))));
    const { role } = networkNamed(variant.network);
    await this.record({ kind: 'f16', variant: id, ...differenceOf(role, f32, f16) });
    for (const precision of PRECISIONS) await rm(this.output(variant, precision));
  }

  /** Measures one file. */
  private async format(
    variant: Checkpoint,
    format: Format,
    wantsFile: boolean,
    runs: readonly RunPrecision[],
  ): Promise<void> {
    const { id } = variant;
    const weightsDir = join(this.options.folder, 'cache');
    const pending = runs.filter((precision) => !this.hasRun(variant, precision));
    if (!wantsFile && pending.length === 0) return;
    const file = join(this.options.folder, fileName(variant, format));
    const job = { variant: id, format, file, weightsDir };
    try {
      const written = await this.child<{ bytes: number }>({ kind: 'write', ...job });
      if (wantsFile) {
        const converted = format === 'torch' ? await this.child({ kind: 'convert', ...job }) : undefined;
        const read = await this.child<{ tensorsSha256: string }>({ kind: 'read', ...job });
        const finding: FileFinding = {
          bytes: written.found.bytes,
          writeSeconds: written.measured.seconds,
          writePeakBytes: written.measured.peakBytes,
          ...(converted && fieldsOf('convert', converted.measured)),
          ...fieldsOf('read', read.measured),
          tensorsSha256: read.found.tensorsSha256,
        };
        await this.record({ kind: 'file', variant: id, format, ...finding });
      }
      for (const precision of pending) await this.run(variant, format, job, precision);
    } finally {
      await rm(file, { force: true });
      await rm(weightsDir, { recursive: true, force: true });
    }
  }

  private async run(
    variant: Checkpoint,
    format: Format,
    job: Pick<Job, 'variant' | 'format' | 'file' | 'weightsDir'>,
    precision: RunPrecision,
  ): Promise<void> {
    const { adapter, photo } = this.options;
    const output = this.output(variant, precision);
    await mkdir(dirname(output), { recursive: true });
    // The engine measures its own time: the process's time includes its start.
    const { found } = await this.child<RunFinding>({ kind: 'run', ...job, precision, adapter, photo, output });
    await this.record({ kind: 'run', variant: variant.id, format, precision, ...found });
  }

  /** Whether a run is recorded and its result still exists for the comparison. */
  private hasRun(variant: Checkpoint, precision: RunPrecision): boolean {
    return this.lines.has(`run ${variant.id} ${precision}`) && existsSync(this.output(variant, precision));
  }

  /** Path of a run's result, which is kept until the other precision has run, even if the tool is interrupted. */
  private output({ id }: Checkpoint, precision: RunPrecision): string {
    return join('out', 'variants', `${id}.${precision}.bin`);
  }

  private expectEqualTensors(variant: Checkpoint): void {
    const sums = formatsOf(variant).map((format) => {
      const line = this.lines.get(`file ${variant.id} ${format}`);
      return line?.kind === 'file' ? line.tensorsSha256 : undefined;
    });
    if (new Set(sums).size === 1) return;
    throw new Error(`the formats of ${variant.id} hold different tensors: ${sums.join(', ')}.`);
  }

  private async child<T>(job: Job): Promise<Done<T>> {
    const done = await runInChild<Done<T>>(job, `${job.kind} of ${job.variant}, ${job.format}`, this.options.signal);
    const { seconds, cpuSeconds, peakBytes } = done.measured;
    const about = [job.variant, job.format, job.precision, job.kind].filter((word) => word !== undefined).join(' ');
    const memory = `at most ${(peakBytes / 2 ** 20).toFixed(0)} MiB`;
    this.options.say(`${about}: ${seconds.toFixed(1)} s (processor ${cpuSeconds.toFixed(1)} s), ${memory}`);
    return done;
  }

  private async record(finding: Finding): Promise<void> {
    const { origin, file, loadOf } = this.options;
    const line = { ...origin, date: new Date().toISOString(), ...finding, load: loadOf() } as VariantLine;
    await addLine(file, line);
    this.lines.set(keyOf(line), line);
  }
}

/** Fields such as `readSeconds`, `readCpuSeconds` and `readPeakBytes`. */
function fieldsOf<W extends 'convert' | 'read'>(
  work: W,
  { seconds, cpuSeconds, peakBytes }: Measured,
): Record<`${W}${'Seconds' | 'CpuSeconds' | 'PeakBytes'}`, number> {
  return { [`${work}Seconds`]: seconds, [`${work}CpuSeconds`]: cpuSeconds, [`${work}PeakBytes`]: peakBytes } as Record<
    `${W}${'Seconds' | 'CpuSeconds' | 'PeakBytes'}`,
    number
  >;
}
