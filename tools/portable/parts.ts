/** What the portable folder runs: parts with deadlines, made of steps. Each step is a process of its own. */

export interface Step {
  readonly name: string;
  /** Bundle of the folder. */
  readonly program: 'unflat' | 'parity';
  readonly args: readonly string[];
  /** Whether it prints findings of `unflat doctor` as JSON, which are kept in a file instead of shown. */
  readonly findings?: true;
}

export interface Part {
  readonly name: string;
  /** Seconds after the start of the run at which the part's steps end. Time that earlier parts did not need is this part's. */
  readonly deadline: number;
  readonly steps: readonly Step[];
}

export interface PartOptions {
  readonly adapter: string;
  /** Time for all parts, in minutes. */
  readonly minutes: number;
  /** Folder for the lines of kernels, stages and sweeps, as `unflat bench` stores them. */
  readonly results: string;
  /** File for the lines of comparisons. */
  readonly parityFile: string;
  /** Files of each group of fixtures, by the group's name. */
  readonly fixtures: Readonly<Record<string, readonly string[]>>;
}

/** Seconds of the whole time in which no step runs: programs are unpacked before, and the last step may need a while to stop. */
const RESERVE = 20;

/** Runs with less time than this, in minutes, measure each case of a kernel more briefly. */
const SHORT = 4;

/**
 * Words of `unflat bench` that select each family of kernels; together they select every case once.
 * Exported for tests.
 */
export const KERNELS: Readonly<Record<string, readonly string[]>> = {
  // The space keeps bilinear resizing out.
  linear: ['linear '],
  matmul: ['matmul'],
  attention: ['attention'],
  conv2d: ['conv2d', 'convTranspose2d'],
  rows: ['layerNorm', 'softmax', 'gelu'],
  others: ['resize', 'renderMesh', 'nearOccupied', 'gridPointsAt'],
};

/** Stages of networks by the step that measures them, the shortest first. Exported for tests. */
export const STAGES: Readonly<Record<string, readonly string[]>> = {
  MCC: ['mccEncode'],
  SAM: ['samEncode', 'samPrompt', 'samEverything'],
  ZoeDepth: ['zoeDepth'],
};

/** The parts in the order in which they run. Exported for tests too: names are what `--only` takes. */
export function partsFor({ adapter, minutes, results, parityFile, fixtures }: PartOptions): Part[] {
  const seconds = 60 * minutes - RESERVE;
  const chosen = ['--adapter', adapter];
  const bench = (name: string, ...args: string[]): Step => ({
    name,
    program: 'unflat',
    args: ['bench', ...chosen, '-o', results, ...args],
  });
  const findings = (precision: string): Step => ({
    name: `self-test with ${precision} weights`,
    program: 'unflat',
    args: ['doctor', ...chosen, '--precision', precision, '--json'],
    findings: true,
  });
  return [
    {
      name: 'doctor',
      deadline: 0.17 * seconds,
      steps: [
        { name: 'adapter and kernels', program: 'unflat', args: ['doctor', ...chosen] },
        findings('f32'),
        findings('f16'),
      ],
    },
    {
      name: 'parity',
      deadline: 0.33 * seconds,
      steps: Object.entries(fixtures).map(([name, files]) => ({
        name,
        program: 'parity',
        args: [...chosen, '--json', parityFile, ...files],
      })),
    },
    {
      name: 'kernels',
      deadline: 0.53 * seconds,
      steps: Object.entries(KERNELS).map(([name, words]) =>
        bench(name, '--budget', minutes < SHORT ? '0.2' : '0.5', ...words),
      ),
    },
    {
      name: 'stages',
      deadline: 0.77 * seconds,
      steps: Object.entries(STAGES).map(([name, words]) => bench(name, '--stages', 'full', ...words)),
    },
    { name: 'sweeps', deadline: seconds, steps: [bench('MCC', '--stages', 'full', 'sweep')] },
  ];
}
