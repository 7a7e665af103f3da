/** `unflat doctor`: the adapters of this machine, what the chosen one can do, which kernels it gets and why, and a numeric self-test. */
import { version } from '../../../package.json';
import { adapterName, Device } from '../../graph/device.ts';
import type { AdapterClass, Precision } from '../../kernels/target.ts';
import { EXIT } from '../../host/errors.ts';
import { listAdapters, requestNodeAdapter } from '../../host/node/adapter.ts';
import { kernelChoices, type KernelChoice } from '../../host/kernelChoices.ts';
import { runSelfTest } from '../../host/selfTest.ts';
import type { Terminal } from '../terminal.ts';

export interface DoctorOptions {
  adapter: string;
  precision: Precision;
  json?: boolean;
}

const WHY: Record<AdapterClass, string> = {
  gpu: 'a GPU: workgroup-tiled kernels',
  software8:
    'a software adapter with subgroups of eight: kernels that read weights from textures and share values in a subgroup',
  software: 'a software adapter without subgroups of eight: plain tiled kernels, slow',
};

/** Limits that decide what fits, in the order in which people ask for them. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxTextureDimension2D',
] as const;

/** Prints what was found. @returns the exit code: a failure when the self-test fails */
export async function doctor(options: DoctorOptions, terminal: Terminal): Promise<number> {
  const findings = await examine(options.adapter, options.precision);
  terminal.out(options.json ? `${JSON.stringify(findings, undefined, 2)}\n` : format(findings));
  return findings.selfTest.every(({ passed }) => passed) ? EXIT.ok : EXIT.failure;
}

type Findings = Awaited<ReturnType<typeof examine>>;

async function examine(choice: string, precision: Precision) {
  const adapters = await listAdapters();
  const { adapter, wait, release } = await requestNodeAdapter(choice);
  const device = await Device.create(adapter, { wait, precision });
  try {
    const { vendor, architecture, subgroupMinSize, subgroupMaxSize } = adapter.info;
    const { linear, attention, conv, rows, sweep } = device.target;
    return {
      unflat: version,
      node: process.version,
      adapters,
      adapter: { name: adapterName(adapter.info), vendor, architecture, subgroupMinSize, subgroupMaxSize },
      features: [...adapter.features].sort(),
      limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      adapterClass: device.adapterClass,
      preferred: { linear, attention, conv, rows, sweep },
      kernels: kernelChoices(device.target),
      precision,
      selfTest: await runSelfTest(device),
    };
  } finally {
    device.dispose();
    release();
  }
}

/** A kernel's variant, and a line for each of the others. */
const choiceLines = ({ kernel, problem, variant, others }: KernelChoice): string[] => [
  `  ${`${kernel} ${problem}`.padEnd(52)} ${variant}`,
  ...others.map(({ name, reason }) => `      ${name}: ${reason ?? 'runs here too, but is not preferred'}`),
];

function format({
  adapters,
  adapter,
  features,
  limits,
  adapterClass,
  preferred,
  kernels,
  precision,
  selfTest,
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
    `  features: ${features.join(', ')}`,
    '',
    `Preferred variants of kernels: ${WHY[adapterClass]}`,
    ...table(Object.entries(preferred)),
    '',
    'Variants chosen',
    ...kernels.flatMap(choiceLines),
    '',
    `Self-test against float64 on this processor, weights in ${precision}`,
    ...selfTest.map(
      ({ name, error, bound, passed }) =>
        `  ${name.padEnd(43)} largest error ${error.toExponential(1)}, bound ${bound.toExponential(1)}  ${passed ? 'ok' : 'WRONG'}`,
    ),
    '',
  ].join('\n');
}
