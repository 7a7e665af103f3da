/** What a user should know about a result, in words. */
import { sidesInWords } from '../../host/sidesInWords.ts';
import type { CompletedObject } from '../../pipeline/session/completedObject.ts';
import type { ObjectMesh } from '../../pipeline/session/objectMesh.ts';

type Side = ObjectMesh['facts']['touches'][number];

/** How much a box of the grid is widened where the object touches it, as a share of its size. */
const WIDENED = 0.25;

/**
 * Notices about the object and its mesh.
 * @param mesh undefined: there is none
 * @param run step of the grid, as `--granularity` gives it; whether it was stopped, and by what; why making the mesh failed
 */
export function resultNotices(
  object: CompletedObject,
  mesh: ObjectMesh | undefined,
  { granularity, isStopped, by, problem }: { granularity: number; isStopped: boolean; by: string; problem?: string },
): string[] {
  const { partial, swept, threshold } = object;
  const isScene = object.role === 'scene';
  const isEmpty = object.xyz.length === 0;
  if (partial) {
    const what = isEmpty ? ' No point was found.' : isScene ? '' : ' There are only its points, and no mesh.';
    const whole = isScene ? 'scene' : 'object';
    const how = object.problem === undefined ? `Stopped by ${by}` : 'The sweep ended';
    const end = `${how} after ${swept.queries} of ${swept.of} grid points: the ${whole} is incomplete.${what}`;
    return object.problem === undefined ? [end] : [end, object.problem];
  }
  if (isEmpty) {
    return [
      `No grid point has a probability above ${threshold}; the highest is ${highestProbability(object.field.logits)}. ` +
        (isScene
          ? 'So there is no points.glb and no preview.png. Give a lower --threshold.'
          : 'So there is no mesh, no points.glb and no preview.png. Give a lower --threshold, or another prompt.'),
    ];
  }
  if (isScene) return [];
  if (mesh) return meshNotices(object, mesh);
  if (isStopped) return [`Stopped by ${by} before the mesh was made: there are only the points.`];
  if (problem !== undefined) return [`There is no mesh, only the points: ${problem}`];
  return [withoutMesh(threshold, granularity)];
}

/** The highest probability of the points that were queried, for a message. */
function highestProbability(logits: Float32Array): string {
  // Points that were not queried are NaN, and no NaN is larger.
  const highest = logits.reduce((most, logit) => (logit > most ? logit : most), -Infinity);
  return (1 / (1 + Math.exp(-highest))).toPrecision(2);
}

const withoutMesh = (threshold: number, granularity: number): string =>
  'The points enclose nothing, so there is no mesh: no object.glb and no object.ply. The points are in points.glb. ' +
  `Give a finer --granularity than ${granularity}, or a lower --threshold than ${threshold}.`;

function meshNotices({ field }: CompletedObject, { facts }: ObjectMesh): string[] {
  const { touches, leaks, isHollow, dropped } = facts;
  const notices: string[] = [];
  if (touches.length > 0) notices.push(touching(touches, field));
  if (leaks) {
    notices.push('The shell of points had a gap, which was closed: near it, the surface is a guess.');
  }
  if (!isHollow) {
    notices.push('The points enclose no inside, as those of a thin object: how thick the mesh is, is a guess.');
  }
  if (dropped > 0) {
    const parts = dropped === 1 ? '1 small part was' : `${dropped} small parts were`;
    notices.push(`${parts} left out of the mesh; points.glb has all points.`);
  }
  return notices;
}

function touching(touches: readonly Side[], field: CompletedObject['field']): string {
  const sides = sidesInWords(touches);
  return (
    `The object reaches the ${sides} of the grid, and may go on beyond. ` +
    `A larger grid shows more: --grid-box ${widened(touches, field).join(',')}`
  );
}

/** The grid's box, wider on the sides that the object touches: x0, y0, z0, x1, y1, z1. */
function widened(touches: readonly Side[], { counts, axes }: CompletedObject['field']): number[] {
  const [low, high]: [number[], number[]] = [[], []];
  let at = 0;
  counts.forEach((count, axis) => {
    const step = count > 1 ? (axes[at + count - 1] - axes[at]) / (count - 1) : 1;
    // Points go from the lower corner to one step below the upper one.
    const [from, size] = [axes[at], count * step];
    const by = (end: Side['end']): number =>
      touches.some((side) => side.axis === 'xyz'[axis] && side.end === end) ? WIDENED * size : 0;
    low.push(rounded(from - by('low')));
    high.push(rounded(from + size + by('high')));
    at += count;
  });
  return [...low, ...high];
}

const rounded = (x: number): number => Number(x.toFixed(2));
