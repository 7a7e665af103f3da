/** Tables of an evaluation, as plain text. */
import { floors, valueOf, verdictOf } from './floors.ts';
import { meansOf, type Numbers } from './measure.ts';

export interface Measured {
  /** The scene's folder. */
  readonly name: string;
  readonly family: string;
  readonly heldOutFamily: boolean;
  readonly numbers: Numbers;
}

interface Column {
  readonly head: string;
  readonly number: string;
  readonly digits?: number;
}

const stageColumns: readonly Column[] = [
  { head: 'IoU box', number: 'iou.box' },
  { head: 'IoU click', number: 'iou.click' },
  { head: 'AbsRel', number: 'depth.absRel' },
  { head: '<1.25', number: 'depth.within' },
  { head: 'size', number: 'chain.size' },
];

const shapeColumns = (run: 'given' | 'chain'): Column[] => [
  ...[0.1, 0.2].flatMap((distance) => [
    { head: `P ${distance}`, number: `${run}.precision@${distance}` },
    { head: `R ${distance}`, number: `${run}.recall@${distance}` },
    { head: `F1 ${distance}`, number: `${run}.f1@${distance}` },
    { head: '(seen)', number: `${run}.seen.f1@${distance}` },
  ]),
  ...[0.1, 0.2].flatMap((distance) => [
    { head: `uns ${distance}`, number: `${run}.unseen@${distance}` },
    { head: '(seen)', number: `${run}.seen.unseen@${distance}` },
  ]),
  { head: 'far 0.2', number: `${run}.far@0.2` },
  { head: 'color', number: `${run}.color` },
  { head: 'points', number: `${run}.points`, digits: 0 },
];

const LEGEND = `P, R: precision and recall at a distance in normalized units; (seen): the number before it for the photo's own points;
uns: recall of the unseen side; far: recall of what lies farther than that from every seen point.
size: by our depth, over the true one; the result end to end is divided by it before it is compared.`;

/** Tables of all scenes and their means, one for each way to run. */
export function showScenes(scenes: readonly Measured[]): string {
  return [
    table('Masks and depth', stageColumns, scenes),
    table('MCC, from the true mask and depth', shapeColumns('given'), scenes),
    table('End to end: our mask from the box, our depth', shapeColumns('chain'), scenes),
    LEGEND,
  ].join('\n\n');
}

function table(title: string, columns: readonly Column[], scenes: readonly Measured[]): string {
  const heldOut = scenes.filter(({ heldOutFamily }) => heldOutFamily);
  const rows = [
    ...scenes.map(({ name, family, heldOutFamily, numbers }) => ({
      label: `${name} ${family}${heldOutFamily ? ' *' : ''}`,
      numbers,
    })),
    { label: `mean of ${scenes.length}`, numbers: meansOf(scenes.map(({ numbers }) => numbers)) },
    ...(heldOut.length > 0
      ? [{ label: `mean of the ${heldOut.length} with *`, numbers: meansOf(heldOut.map(({ numbers }) => numbers)) }]
      : []),
  ];
  const width = Math.max(...rows.map(({ label }) => label.length));
  const line = (label: string, cells: readonly string[]): string =>
    label.padEnd(width) + cells.map((cell, i) => cell.padStart(2 + Math.max(5, columns[i].head.length))).join('');
  const cellsOf = (numbers: Numbers): string[] =>
    columns.map(({ number, digits = 3 }) => valueOf(numbers, number).toFixed(digits));
  return [
    title + (heldOut.length > 0 ? ' (*: a family of objects never trained on)' : ''),
    line(
      '',
      columns.map(({ head }) => head),
    ),
    ...rows.map(({ label, numbers }) => line(label, cellsOf(numbers))),
  ].join('\n');
}

/** The means beside their floors. */
export function showFloors(means: Numbers): string {
  const width = Math.max(...floors.map(({ label }) => label.length));
  return [
    `${''.padEnd(width)}     aim   floor    mean`,
    ...floors.map((floor) => {
      const numbers = [floor.aim, floor.floor, valueOf(means, floor.number)];
      const seen = floor.above === undefined ? '' : `  (seen points alone ${valueOf(means, floor.above).toFixed(3)})`;
      const cells = numbers.map((value) => value.toFixed(3).padStart(8)).join('');
      return `${floor.label.padEnd(width)}${cells}  ${verdictOf(floor, means)}${seen}`;
    }),
  ].join('\n');
}
