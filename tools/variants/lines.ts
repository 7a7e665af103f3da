/** Results of `npm run variants` as they are stored: a line of JSON for each measurement. */
import { appendFile } from 'node:fs/promises';
import { readJsonLines } from '../jsonLines.ts';
import type { Origin } from '../origin.ts';
import type { Difference } from './difference.ts';
import type { Format, RunPrecision } from './plan.ts';

/** Memory is the most that was resident in a process of its own, in bytes; processor time is of all cores together. */
export interface FileFinding {
  readonly bytes: number;
  readonly writeSeconds: number;
  readonly writePeakBytes: number;
  /** Conversion to safetensors with both checksums, of torch's files alone. */
  readonly convertSeconds?: number;
  readonly convertCpuSeconds?: number;
  readonly convertPeakBytes?: number;
  /** Opening and reading every tensor to f32, hashing included. */
  readonly readSeconds: number;
  readonly readCpuSeconds: number;
  readonly readPeakBytes: number;
  /** Of all tensors that inference reads, as f32 and in official order. */
  readonly tensorsSha256: string;
}

export interface RunFinding {
  readonly adapter: string;
  /** The tensors that inference reads, in the precision of the run. */
  readonly weightBytes: number;
  /** Opening of files and device. */
  readonly openSeconds: number;
  /** From disk to device, with compilation of pipelines. */
  readonly loadSeconds: number;
  readonly loadCpuSeconds: number;
  /** Until the last weight was loaded. */
  readonly loadPeakBytes: number;
  /** From the loaded network to the result. */
  readonly runSeconds: number;
  readonly runCpuSeconds: number;
  readonly peakBytes: number;
  readonly outputSha256: string;
}

interface About extends Origin {
  readonly variant: string;
  /** Processes that wanted a processor during the last minute, the measured one included. */
  readonly load: number;
}

export type VariantLine = About &
  (
    | ({ readonly kind: 'file'; readonly format: Format } & FileFinding)
    | ({ readonly kind: 'run'; readonly format: Format; readonly precision: RunPrecision } & RunFinding)
    | ({ readonly kind: 'f16' } & Difference)
  );

/** What a line is about; the last line of a key counts. */
export function keyOf(line: VariantLine): string {
  if (line.kind === 'file') return `file ${line.variant} ${line.format}`;
  return line.kind === 'run' ? `run ${line.variant} ${line.precision}` : `f16 ${line.variant}`;
}

/** The newest line of each key. Nothing when there is no such file yet. */
export async function readLines(file: string): Promise<Map<string, VariantLine>> {
  const lines = await readJsonLines<VariantLine>(file);
  return new Map(lines.map((line) => [keyOf(line), line]));
}

export const addLine = (file: string, line: VariantLine): Promise<void> =>
  appendFile(file, `${JSON.stringify(line)}\n`);
