/** Writes docs/benchmarks.md: the newest stored results as Markdown. */
import type { Line, Results } from './lines.ts';
import { markdownTable } from '../markdown.ts';
import { verdicts } from './targets.ts';

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench:table\` from the lines in \`bench/results/\`; measure with \`npm run bench\` and
\`npm run bench -- --stages full\`. Times are medians of warm runs, in milliseconds on the device; cold is the first run
in wall time, with compilation of pipelines and upload of weights. The variants of a kernel, and the adapter's ceiling
(arithmetic in registers, or copying of memory), are run in turns, so that noise of the machine hits all alike; share is
of the ceiling that limits the case, in its fastest run. A case is shown as it was measured last.
`;

export function benchDocument(results: Results): string {
  const sections = [...results].map(([adapter, lines]) => adapterSection(adapter, lines));
  return [INTRODUCTION, ...sections].join('\n');
}

function adapterSection(adapter: string, lines: readonly Line[]): string {
  const { processor, cores } = lines[lines.length - 1];
  const own = lines.filter((line) => line.processor === processor && line.cores === cores);
  const stages = newestCases(own.filter(({ kind }) => kind === 'stage')).map(([line]) => line);
  const isSweep = ({ pointsPerSecond }: Line): boolean => pointsPerSecond !== undefined;
  const parts = [
    ['Targets', targetTable(own)],
    ['Networks, generated weights', stageTable(stages.filter((line) => !isSweep(line)))],
    ['Where their time goes', kernelShares(stages)],
    ['The sweep', sweepTable(stages.filter(isSweep))],
    ['Kernels', kernelTable(newestCases(own.filter(({ kind }) => kind === 'kernel')))],
  ];
  const title = `## ${adapter}\n\n${cores} cores of ${processor}. ${loadNote(own)}\n`;
  return [title, ...parts.flatMap(([name, table]) => (table ? [`### ${name}\n\n${table}`] : []))].join('\n');
}

/** How busy the machine was. Other processes take cores from a software adapter. */
function loadNote(lines: readonly Line[]): string {
  const loads = lines.map(({ load }) => load);
  return `Load of the machine while measuring: ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`;
}

/**
 * The lines of each case and precision from the newest run that measured it, in the order in which the cases first appear.
 * Exported for tests.
 */
export function newestCases(lines: readonly Line[]): Line[][] {
  const cases = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.kernel} ${line.shape} ${line.precision}`;
    const known = cases.get(key);
    if (known?.[0].date === line.date) known.push(line);
    else cases.set(key, [line]);
  }
  return [...cases.values()];
}

function targetTable(lines: readonly Line[]): string {
  const rows = verdicts(lines).map(({ target, ownMs, otherMs, times, met }) => [
    target.what,
    ms(ownMs),
    ms(otherMs),
    `${times.toFixed(2)} x`,
    `${target.times} x`,
    met ? 'met' : '**missed**',
  ]);
  return markdownTable(['what, against', 'ours ms', 'other ms', 'ratio', 'wanted', ''], rows);
}

function kernelTable(cases: readonly (readonly Line[])[]): string {
  const rows = cases.flatMap((lines) => {
    const own = lines.find(({ chosen }) => chosen);
    return lines.map((line) => [
      line.kernel,
      line.precision === 'f32' ? line.shape : `${line.shape}, weights ${line.precision}`,
      line.variant ?? '',
      ms(line.coldMs),
      ms(line.medianMs),
      ms(line.p90Ms),
      line.bound === 'compute'
        ? `${line.gflops.toFixed(1)} GFLOP/s`
        : `${(line.gigabytesPerSecond ?? 0).toFixed(2)} GB/s`,
      percent(line.share),
      own && own !== line ? `${(line.medianMs / own.medianMs).toFixed(1)} x slower` : '',
    ]);
  });
  return markdownTable(['kernel', 'shape', 'variant', 'cold', 'median', 'p90', 'rate', 'share', ''], rows);
}

function stageTable(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.kernel,
    withPrecision(line),
    ms(line.coldMs),
    ms(line.wallMs),
    `${line.gflops.toFixed(1)} GFLOP/s`,
    percent(line.share),
    mebibytes(line.peakDeviceBytes),
    mebibytes(line.peakProcessBytes),
  ]);
  return markdownTable(['stage', 'on', 'cold', 'warm, wall', 'rate', 'share', 'device memory', 'process memory'], rows);
}

/** Kernels with a smaller share are left out. */
const MIN_SHARE = 0.02;

function kernelShares(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.kernel,
    withPrecision(line),
    Object.entries(line.kernels ?? {})
      .filter(([, share]) => share >= MIN_SHARE)
      .map(([kernel, share]) => `${kernel} ${percent(share)}`)
      .join(', '),
  ]);
  return markdownTable(['stage', 'on', 'share of its time'], rows);
}

function sweepTable(lines: readonly Line[]): string {
  const rows = lines.map((line) => [
    line.kernel,
    withPrecision(line),
    `${Math.round(line.pointsPerSecond ?? 0)}`,
    ms(line.wallMs),
    `${line.gflops.toFixed(1)} GFLOP/s`,
    percent(line.share),
    mebibytes(line.peakDeviceBytes),
  ]);
  return markdownTable(['strategy', 'on', 'points/s', 'wall ms', 'rate', 'share', 'device memory'], rows);
}

const withPrecision = ({ shape, precision }: Line): string =>
  precision === 'f32' ? shape : `${shape}, weights ${precision}`;

/** Milliseconds with about three significant digits. */
const ms = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value >= 1 ? 2 : 3);

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const mebibytes = (bytes: number | undefined): string =>
  bytes === undefined ? '' : `${(bytes / 2 ** 20).toFixed(0)} MiB`;
