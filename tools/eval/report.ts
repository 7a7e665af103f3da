/** Tables of an evaluation, as plain text. */
import { floors, formulaOf, limitOf, valueOf, verdictOf, type Floor } from './floors.ts';
import { meansOf, RUNS, type Numbers, type Run } from './measure.ts';
import { DISTANCES } from './metrics.ts';

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

const pointColumns = (run: Run): Column[] => [
  ...DISTANCES.flatMap((distance) => [
    { head: `P ${distance}`, number: `${run}.precision@${distance}` },
    { head: `R ${distance}`, number: `${run}.recall@${distance}` },
    { head: `F1 ${distance}`, number: `${run}.f1@${distance}` },
    { head: '(seen)', number: `${run}.seen.f1@${distance}` },
  ]),
  { head: 'color', number: `${run}.color` },
  { head: 'points', number: `${run}.points`, digits: 0 },
];

const meshColumns = (run: Run): Column[] => [
  ...DISTANCES.flatMap((distance) => [
    { head: `P ${distance}`, number: `${run}.mesh.precision@${distance}` },
    { head: `R ${distance}`, number: `${run}.mesh.recall@${distance}` },
    { head: `F1 ${distance}`, number: `${run}.mesh.f1@${distance}` },
    { head: '(points)', number: `${run}.f1@${distance}` },
  ]),
  { head: 'color', number: `${run}.mesh.color` },
];

/** How well points and mesh cover what the photo does not show. */
const completionColumns = (run: Run): Column[] => [
  ...DISTANCES.flatMap((distance) => [
    { head: `uns ${distance}`, number: `${run}.unseen@${distance}` },
    { head: '(seen)', number: `${run}.seen.unseen@${distance}` },
    { head: 'mesh', number: `${run}.mesh.unseen@${distance}` },
  ]),
  { head: 'far 0.2', number: `${run}.far@0.2` },
  { head: 'mesh', number: `${run}.mesh.far@0.2` },
  { head: 'add 0.2', number: `${run}.added@0.2` },
  { head: 'mesh', number: `${run}.mesh.added@0.2` },
];

const factColumns = (run: Run): Column[] => [
  { head: 'outline', number: `${run}.mesh.silhouette` },
  { head: 'view', number: `${run}.mesh.view` },
  { head: 'faces', number: `${run}.mesh.faces`, digits: 0 },
  { head: 'parts', number: `${run}.mesh.components`, digits: 1 },
  { head: 'closed', number: `${run}.mesh.closed`, digits: 2 },
  { head: 'taken', number: `${run}.mesh.accepted`, digits: 2 },
  { head: 'solid', number: `${run}.mesh.solid`, digits: 2 },
];

const LEGEND = `P, R: precision and recall at a distance in normalized units; (seen), (points): the number before it for the photo's own
points, for the occupied points.
uns: recall of the unseen side; far: recall of what lies farther than that from every seen point; add: precision of what lies
farther than that from every seen point; mesh: the number before it for the mesh.
outline: IoU of silhouette and mask; view: color error to the photo; parts: share no vertex; closed: every edge has two faces
and so on, and the volume is positive; taken: manifold-3d takes it for a solid; solid: closed and taken.
size: of the object by our depth, over the true one; the result end to end, with our mask from the box and our depth, is
divided by it before it is compared.`;

const FRAME_LEGEND = `P, R: precision and recall at a distance in normalized units; (seen), (points): the number before it for the photo's own
points, for the occupied points. The truth is the sequence's point cloud, as far as it lies in the cube from -3 to 3: it has holes, and
what it lacks lowers P. uns: recall of what the photo does not show; far, add, outline, view, parts, closed, taken, solid: as for scenes.`;

/** Tables of all scenes and their means, for each way to run. Lines have at most 160 characters. */
export function showScenes(scenes: readonly Measured[]): string {
  return [
    table('Masks and depth', stageColumns, scenes),
    ...(['given', 'chain'] as const).flatMap((run) => runTables(run, scenes)),
    LEGEND,
  ].join('\n\n');
}

/** Tables of frames of CO3D and their means. */
export const showFrames = (frames: readonly Measured[]): string =>
  [...runTables('given', frames), FRAME_LEGEND].join('\n\n');

const runTables = (run: Run, scenes: readonly Measured[]): string[] => [
  table(`Points, ${RUNS[run]}`, pointColumns(run), scenes),
  table(`Meshes, ${RUNS[run]}`, meshColumns(run), scenes),
  table(`Completion, ${RUNS[run]}`, completionColumns(run), scenes),
  table(`View and form of meshes, ${RUNS[run]}`, factColumns(run), scenes),
];

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
  const cell = (value: number | undefined): string => (value?.toFixed(3) ?? '-').padStart(8);
  return [
    `${''.padEnd(width)}     aim   floor    mean`,
    ...floors.map((floor) => {
      const aim = floor.aim === undefined ? undefined : limitOf(floor.aim, means);
      const cells = [aim, limitOf(floor.floor, means), valueOf(means, floor.number)].map(cell).join('');
      return `${floor.label.padEnd(width)}${cells}  ${verdictOf(floor, means).padEnd(6)}${noteOf(floor, means)}`.trimEnd();
    }),
  ].join('\n');
}

/** What a floor is compared with, besides numbers. */
function noteOf({ floor, above }: Floor, means: Numbers): string {
  const formula = formulaOf(floor);
  if (formula) return `  (floor: ${formula})`;
  return above === undefined ? '' : `  (seen points alone ${valueOf(means, above).toFixed(3)})`;
}
