/** `unflat doctor`: shows the adapters of this machine, the limits and kernel variants of the chosen one, and a numeric self-test. */
import { version } from '../../../package.json';
import { adapterName, Device } from '../../graph/device.ts';
import type { AdapterClass, Precision } from '../../kernels/target.ts';
import { EXIT } from '../../host/errors.ts';
import { dawnOptionsFor, listAdapters, requestNodeAdapter } from '../../host/node/adapter.ts';
import { readTuning, type FoundTuning } from '../../host/node/tuning.ts';
import { kernelChoices, type KernelChoice } from '../../host/kernelChoices.ts';
import { runSelfTest } from '../../host/selfTest.ts';
import type { Terminal } from '../terminal.ts';
import { deepLines, examineDeeply, isSound, type DeepFindings } from './deepChecks.ts';

export interface DoctorOptions {
  adapter: string;
  precision: Precision;
  json?: boolean;
  /** Also runs the checks of all kernels, or of some. */
  deep?: true | string[];
}

const WHY: Record<AdapterClass, string> = {
  gpu: 'a GPU; tiled kernels',
  software8: 'a software adapter with subgroups of eight; weights are read from textures and shared in a subgroup',
  software: 'a software adapter without subgroups of eight; tiled kernels, slow',
};

/** Characters of a line, and of the first column in the table of variants. */
const PAGE_WIDTH = 100;
const PROBLEM_WIDTH = 50;

/** Limits that decide which photos and networks fit. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxTextureDimension2D',
] as const;

/**
 * Prints the findings.
 * @param bundle the checks of kernels
 * @returns the exit code: failure if the self-test or a check fails
 */
export async function doctor(options: DoctorOptions, terminal: Terminal, bundle: URL): Promise<number> {
  const { adapter, precision, deep } = options;
  const usual = await examine(adapter, precision);
  const kernels = deep === true ? [] : deep;
  const findings: Findings = {
    ...usual,
    ...(kernels && { deep: await examineDeeply(adapter, kernels, terminal, bundle) }),
  };
  terminal.out(options.json ? `${JSON.stringify(findings, undefined, 2)}\n` : format(findings));
  const passes = findings.selfTest.every(({ passed }) => passed) && isSound(findings.deep ?? []);
  return passes ? EXIT.ok : EXIT.failure;
}

type Findings = Awaited<ReturnType<typeof examine>> & { readonly deep?: readonly DeepFindings[] };

async function examine(choice: string, precision: Precision) {
  const adapters = await listAdapters();
  const { adapter, wait, release } = await requestNodeAdapter(choice, dawnOptionsFor(precision));
  const tuning = await readTuning(adapter.info);
  const device = await Device.create(adapter, { wait, precision });
  try {
    const selfTest = await runSelfTest(device); // first: it decides whether matrix instructions are used
    const { vendor, architecture, device: model, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
    const { linear, attention, conv, rows, sweep } = device.target;
    return {
      unflat: version,
      node: process.version,
      adapters,
      adapter: {
        name: adapterName(adapter.info),
        vendor,
        architecture,
        device: model,
        driver: description,
        subgroupMinSize,
        subgroupMaxSize,
      },
      features: [...adapter.features].sort(),
      limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      adapterClass: device.adapterClass,
      preferred: { linear, attention, conv, rows, sweep },
      kernels: kernelChoices(device.target),
      tuning,
      precision,
      selfTest,
    };
  } finally {
    device.dispose();
    release();
  }
}

/** A kernel's variant with the ones that could run instead, and a line for each one that cannot run. */
function choiceLines({ kernel, problem, variant, others }: KernelChoice): string[] {
  const possible = others.filter(({ reason }) => reason === undefined).map(({ name }) => name);
  const note = possible.length > 0 ? ` (also possible: ${possible.join(', ')})` : '';
  return [
    `  ${`${kernel} ${problem}`.padEnd(PROBLEM_WIDTH)} ${variant}${note}`,
    ...others.flatMap(({ name, reason }) => (reason === undefined ? [] : `      not ${name}: ${reason}`)),
  ];
}

/** Problems of a kernel that are listed; a network has many sizes. */
const LISTED = 12;

/** What was measured on this adapter, those with the largest gain first. */
function tuningLines({ path, file, ignored }: FoundTuning): string[] {
  if (ignored !== undefined) return [`  ${path} is not used: ${ignored}. Run \`unflat bench --tune\` to replace it.`];
  if (!file) return ['  none; `unflat bench --tune` measures this adapter in less than a minute'];
  const faster = file.entries.filter(({ variant, usual }) => variant !== usual).sort((a, b) => b.times - a.times);
  return [
    `  ${file.entries.length} problems measured on ${file.date.slice(0, 10)}, ${faster.length} run faster than by the table (${path})`,
    ...faster.slice(0, LISTED).map(({ kernel, problem, variant, usual, times }) => {
      const sizes = problem.replace(/\s+/g, ' ').slice(0, 60);
      return `    ${kernel}: ${variant}, ${times} times as fast as ${usual} (${sizes})`;
    }),
    ...(faster.length > LISTED ? [`    and ${faster.length - LISTED} more`] : []),
  ];
}

/** Words as lines of a page, indented. */
function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < PAGE_WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`    ${word}`);
  }
  return lines;
}

function format({
  adapters,
  adapter,
  features,
  limits,
  adapterClass,
  preferred,
  kernels,
  tuning,
  precision,
  selfTest,
  deep,
  ...versions
}: Findings): string {
  const table = (entries: [string, unknown][]): string[] =>
    entries.map(([name, value]) => `  ${name.padEnd(34)} ${String(value)}`);
  return [
    `unflat ${versions.unflat}, Node ${versions.node}`,
    '',
    'Adapters',
    ...adapters.map(({ backend, name }) => `  ${name} (${backend})`),
    '',
    `Chosen: ${adapter.name}`,
    ...table([
      ['vendor, architecture', `${adapter.vendor}, ${adapter.architecture}`],
      ['subgroup size', `${adapter.subgroupMinSize} to ${adapter.subgroupMaxSize}`],
      ...Object.entries(limits),
    ]),
    '  features',
    ...wrapped(features),
    '',
    `Preferred kernel variants on ${WHY[adapterClass]}`,
    ...table(Object.entries(preferred)),
    '',
    'Variants chosen at the sizes of the released networks',
    ...kernels.flatMap(choiceLines),
    '',
    'Tuning',
    ...tuningLines(tuning),
    '',
    `Self-test against float64 on the CPU, stored in ${precision}`,
    ...selfTest.map(
      ({ name, error, bound, passed, problem }) =>
        `  ${name.padEnd(43)} largest error ${error.toExponential(1)}, bound ${bound.toExponential(1)}  ${passed ? 'ok' : 'WRONG'}` +
        (problem === undefined ? '' : `\n    ${problem}`),
    ),
    '',
    ...(deep ? deepLines(deep, adapter.name) : []),
  ].join('\n');
}
