/** The table "Against peers" of docs/performance.md, and what `npm run bench:peers` prints. */
import { markdownTable } from '../markdown.ts';
import { isRight, type PeerLine } from './lines.ts';

const HEADER = ['what', 'ours ms', 'onnxruntime ms', 'we are', 'aim', 'PyTorch ms', 'we are', 'aim'];

/** The contestants of each case in the newest run that measured it, in the order in which cases first appear. Exported for tests. */
export function newestRounds(lines: readonly PeerLine[]): PeerLine[][] {
  const cases = new Map<string, PeerLine[]>();
  for (const line of lines) {
    const key = `${line.adapter} ${line.processor} ${line.cores} ${line.kernel} ${line.shape}`;
    const known = cases.get(key);
    if (known?.[0].date === line.date) known.push(line);
    else cases.set(key, [line]);
  }
  return [...cases.values()];
}

/** A row for each case. */
export function peersTable(lines: readonly PeerLine[]): string {
  return markdownTable(HEADER, newestRounds(lines).flatMap(rowOf));
}

/** Table, where it was measured, and which of the peers' ways gave wrong results. */
export function peersSection(lines: readonly PeerLine[]): string {
  const shown = newestRounds(lines).flat();
  if (shown.length === 0) return '';
  const versions = [...new Set(shown.map(({ version }) => version).filter((version) => version !== ''))];
  const machines = [...new Set(shown.map(({ adapter, cores, processor }) => `${adapter} on ${cores} x ${processor}`))];
  const loads = shown.map(({ load }) => load);
  const wrong = shown
    .filter((line) => !isRight(line))
    .map(({ how, kernel, shape, medianMs, difference }) => {
      const off = `off by ${Number((100 * difference!).toPrecision(2))} % of the largest value`;
      return `- ${how} for ${kernel} ${shape}: ${ms(medianMs)} ms, ${off}\n`;
    });
  const about = `${machines.join('; ')}. ${versions.join(', ')}. Load of the machine: ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}.`;
  const warning = wrong.length ? `\nWrong here, and so not compared:\n\n${wrong.join('')}` : '';
  return `${about}\n\n${peersTable(lines)}${warning}`;
}

function rowOf(lines: readonly PeerLine[]): string[][] {
  const own = lines.find(({ peer }) => peer === 'unflat');
  if (!own) return [];
  const fastest = (name: string): PeerLine | undefined =>
    lines.filter((line) => line.peer === name && isRight(line)).sort((a, b) => a.medianMs - b.medianMs)[0];
  const cells = (other: PeerLine | undefined, named: boolean): string[] => {
    if (!other) return ['', '', ''];
    const times = other.medianMs / own.medianMs;
    const { times: aim } = other;
    const verdict = aim === null ? '' : `${aim} x, ${times >= aim ? 'met' : '**missed**'}`;
    return [`${ms(other.medianMs)}${named ? ` (${other.how})` : ''}`, `${times.toFixed(2)} x`, verdict];
  };
  const { kernel, shape, medianMs } = own;
  return [
    [`${kernel} ${shape}`, ms(medianMs), ...cells(fastest('onnxruntime'), true), ...cells(fastest('pytorch'), false)],
  ];
}

/** Milliseconds with about three significant digits. */
const ms = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
