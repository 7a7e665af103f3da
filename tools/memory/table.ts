/** The memory of networks as a table. */
import { markdownTable } from '../markdown.ts';
import type { Origin } from '../origin.ts';
import type { MemoryFinding } from './job.ts';

export interface MemoryLine extends Origin, MemoryFinding {
  readonly network: string;
  readonly precision: string;
  /** The bound of the device's memory in bytes; null without one. */
  readonly maxMemory: number | null;
  /** The most resident bytes of a process that only opens the device. */
  readonly emptyProcessBytes: number;
  /** Load average of the last minute. */
  readonly load: number;
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

/** The newest line of each network, precision and bound, in MiB. */
export function memoryTable(lines: readonly MemoryLine[]): string {
  const newest = new Map(
    lines.map((line) => [`${line.adapter} ${line.network} ${line.precision} ${line.maxMemory}`, line]),
  );
  const rows = [...newest.values()].map((line) => [
    line.network,
    line.precision,
    line.maxMemory === null ? '' : mebibytes(line.maxMemory),
    line.weightBytes === null ? '' : mebibytes(line.weightBytes),
    mebibytes(line.peakDeviceBytes),
    mebibytes(line.peakProcessBytes),
    mebibytes(line.peakProcessBytes - line.emptyProcessBytes),
  ]);
  const header = ['network', 'weights', 'bound', 'constants', 'device', 'process', 'above an empty engine'];
  return markdownTable(header, rows);
}
