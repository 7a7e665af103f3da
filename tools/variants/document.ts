/** Writes docs/checkpoints.md: the newest measurements of all checkpoints as Markdown. */
import { checkpoints } from '../../weights/index.ts';
import { markdownTable } from '../markdown.ts';
import type { ParityLine } from '../parity/report.ts';
import type { VariantLine } from './lines.ts';

const INTRODUCTION = `# Checkpoints at full size

Written by \`npm run variants:table\` from the lines in \`bench/results/checkpoints/\`; measure with
\`npm run variants\`. Weights are generated, in the names, shapes and formats of the released files. Each number comes from a
process of its own; memory is the most that was resident in it, a software adapter's included.
`;

const FILES = `Official and Hugging Face files are safetensors; torch's are \`.pth\` and \`.pt\` as the networks' authors release them, with what
inference never reads. Conversion includes the checksum of the file. Reading opens the file as \`--weights\` does and decodes
every tensor; all formats of a variant gave the same bits.
`;

const RUNS = `One run of \`unflat segment\`, \`depth\` (photo and mirror image) or \`reconstruct\` (24 x 24 x 24 grid points, mask and depth
given) on \`examples/duck.png\`, 640 x 480. Loading is from the file to the device, with compilation of pipelines; its memory
is what the process took beyond the weights in their precision until the last weight was there.
`;

const PARITY = `Results of PyTorch for the same generated weights, compared with ours stage by stage, unfused and fused. Fixtures and lines are made by

\`\`\`
python tools/reference/make.py --out fixtures --set full
npm run parity -- --json bench/results/checkpoints/parity.jsonl fixtures/full_*.safetensors fixtures/everything_vit_b*.safetensors
\`\`\`

Bounds are explained in [numerics.md](numerics.md). The worst tensor is the one that uses most of its bound.
`;

export function variantsDocument(lines: ReadonlyMap<string, VariantLine>, parity: readonly ParityLine[]): string {
  const all = [...lines.values()].toSorted((a, b) => placeOf(a.variant) - placeOf(b.variant));
  const sections = [
    ['Files', FILES, fileTable(all)],
    ['Runs', RUNS, runTable(all)],
    ['f16 weights against f32', 'Both runs are of the same weights, and see the same picture.\n', differenceTable(all)],
    ['Against PyTorch', PARITY, parityTable(parity)],
  ].filter(([, , table]) => table !== '');
  return [INTRODUCTION, machineNote(all), ...sections.map(([title, text, table]) => `## ${title}\n\n${text}\n${table}`)]
    .filter((part) => part !== '')
    .join('\n');
}

const placeOf = (variant: string): number => checkpoints.findIndex(({ id }) => id === variant);

/** The machine, and how busy it was. Other processes take cores from a software adapter. */
function machineNote(lines: readonly VariantLine[]): string {
  if (lines.length === 0) return '';
  const machines = new Set(lines.map(({ cores, processor }) => `${cores} cores of ${processor}`));
  const adapters = new Set(lines.flatMap((line) => (line.kind === 'run' ? [line.adapter] : [])));
  const loads = lines.map(({ load }) => load);
  return (
    `Measured on ${[...machines, ...adapters].join(', ')}.\n` +
    `Load of the machine meanwhile: ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}. Seconds in brackets ` +
    'are of the processor, all cores together; they depend less on it. ' +
    'Where they are\nfar below the others, other work of the machine held the measurement up.\n'
  );
}

function fileTable(lines: readonly VariantLine[]): string {
  const rows = lines.flatMap((line) =>
    line.kind !== 'file'
      ? []
      : [
          [
            line.variant,
            line.format,
            `${(line.bytes / 1e6).toFixed(0)} MB`,
            ...(line.convertSeconds === undefined
              ? ['', '']
              : [withCpu(line.convertSeconds, line.convertCpuSeconds!), mebibytes(line.convertPeakBytes!)]),
            withCpu(line.readSeconds, line.readCpuSeconds),
            mebibytes(line.readPeakBytes),
            line.tensorsSha256.slice(0, 12),
          ],
        ],
  );
  return markdownTable(
    [
      'variant',
      'format',
      'size',
      'conversion (processor)',
      'memory',
      'reading (processor)',
      'memory',
      'SHA-256 of tensors',
    ],
    rows,
  );
}

function runTable(lines: readonly VariantLine[]): string {
  const rows = lines.flatMap((line) =>
    line.kind !== 'run'
      ? []
      : [
          [
            line.variant,
            line.precision,
            mebibytes(line.weightBytes),
            withCpu(line.loadSeconds, line.loadCpuSeconds),
            mebibytes(line.loadPeakBytes - line.weightBytes),
            withCpu(line.runSeconds, line.runCpuSeconds),
            mebibytes(line.peakBytes),
          ],
        ],
  );
  const header = [
    'variant',
    'precision',
    'weights',
    'loading (processor)',
    'memory beyond weights',
    'run (processor)',
    'peak memory',
  ];
  return markdownTable(header, rows);
}

function differenceTable(lines: readonly VariantLine[]): string {
  const rows = lines.flatMap((line) => (line.kind === 'f16' ? [[line.variant, ...differenceCells(line)]] : []));
  return markdownTable(['variant', 'what', 'agreement', 'detail'], rows);
}

function differenceCells(line: Extract<VariantLine, { kind: 'f16' }>): string[] {
  switch (line.of) {
    case 'mask':
      return ['mask', `IoU ${line.iou.toFixed(5)}`, `${line.different} of ${line.pixels} pixels differ`];
    case 'depth':
      return [
        'depth',
        `mean relative change ${line.meanRelative.toExponential(1)}`,
        `at most ${line.maxRelative.toExponential(1)}`,
      ];
    case 'points':
      return [
        'occupied points',
        `IoU ${line.iou.toFixed(5)}`,
        `${line.both} in both, ${line.onlyF32} only with f32, ${line.onlyF16} only with f16`,
      ];
  }
}

function parityTable(lines: readonly ParityLine[]): string {
  const rows = lines.map((line) => {
    const worst = line.tensors
      .filter(({ bound }) => bound > 0)
      .reduce((a, b) => (b.maxError / b.bound > a.maxError / a.bound ? b : a));
    return [
      line.fixture,
      line.ok ? 'pass' : '**FAIL**',
      `${line.comparisons}`,
      `${(100 * line.worstShare).toFixed(0)} % of its bound`,
      `${[worst.name, worst.how].filter(Boolean).join(', ')}: ${worst.maxError.toExponential(1)} of ${worst.bound.toExponential(1)}`,
    ];
  });
  return markdownTable(['fixture', '', 'comparisons', 'worst', 'which'], rows);
}

/** Wall time and processor time. */
const withCpu = (wall: number, cpu: number): string => `${seconds(wall)} (${seconds(cpu)})`;

const seconds = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} s`;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
