/** Stored results of `npm run variants`: a line of JSON for each measurement. */
import { appendFile } from 'node:fs/promises';
import { readJsonLines } from '../jsonLines.ts';
import type { Origin } from '../origin.ts';
import type { Difference } from './difference.ts';
import type { Format, RunPrecision } from './plan.ts';

/** Memory is the peak of resident bytes of a process that does nothing else; processor time is the sum over all cores. */
export interface FileFinding {
  readonly bytes: number;
  readonly writeSeconds: number;
  readonly writePeakBytes: number;
  /** Of torch's files: conversion to safetensors, checksums of both files included. */
  readonly convertSeconds?: number;
  readonly convertCpuSeconds?: number;
  readonly convertPeakBytes?: number;
  /** Opening the file and reading every tensor as f32, hashing included. */
  readonly readSeconds: number;
  readonly readCpuSeconds: number;
  readonly readPeakBytes: number;
  /** Hash of all tensors that inference reads, as f32 and in official order. */
  readonly tensorsSha256: string;
}

export interface RunFinding {
  readonly adapter: string;
  /** Bytes of the tensors that inference reads, in the precision of the run. */
  readonly weightBytes: number;
  /** Opening the files and the device. */
  readonly openSeconds: number;
  /** Loading weights from disk to the device, compilation of pipelines included. */
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
  /** Load average of the last minute: processes that wanted a processor, the measured one included. */
  readonly load: number;
}

export type VariantLine = About &
  (
    | ({ readonly kind: 'file'; readonly format: Format } & FileFinding)
    | ({ readonly kind: 'run'; readonly format: Format; readonly precision: RunPrecision } & RunFinding)
    | ({ readonly kind: 'f16' } & Difference)
  );

/** Key of a line. Of several lines with one key, the last counts. */
export function keyOf(line: VariantLine): string {
  if (line.kind === 'file') return `file ${line.variant} ${line.format}`;
  return line.kind === 'run' ? `run ${line.variant} ${line.precision}` : `f16 ${line.variant}`;
}

/** The newest line of each key; none when there is no file yet. */
export async function readLines(file: string): Promise<Map<string, VariantLine>> {
  const lines = await readJsonLines<VariantLine>(file);
  return new Map(lines.map((line) => [keyOf(line), line]));
}

export const addLine = (file: string, line: VariantLine): Promise<void> =>
  appendFile(file, `${JSON.stringify(line)}\n`);
