/** Runs the engine on a scene. MCC runs twice: with the true mask and depth, and with the engine's own. */
import type { NodeEngine, NodeReconstruction } from '../../src/node.ts';
import { focalFromFov, type Intrinsics, intrinsicsOf } from '../../src/pipeline/camera.ts';
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import { GeometryError } from '../../src/pipeline/points/geometry.ts';
import type { Normalization } from '../../src/pipeline/points/normalization.ts';
import type { SegmentAnswer, SweepName } from '../../src/pipeline/roles.ts';
import { type MeasuredFrame, surfaceOf } from './co3d.ts';
import type { Instruments } from './instruments.ts';
import { meshFacts, NO_MESH, pointsOf, type MeshFacts } from './meshes.ts';
import {
  colorError,
  coverage,
  depthErrors,
  DISTANCES,
  maskIou,
  sizeRatio,
  toTrueFrame,
  type Coverage,
  type Surface,
} from './metrics.ts';
import type { Scene } from './scene.ts';

/** The two runs of MCC, and what they start from. */
export const RUNS = { given: 'from true mask and depth', chain: 'end to end' } as const;
export type Run = keyof typeof RUNS;

/** The parts of the engine that are measured. */
export type MeasuredEngine = Pick<NodeEngine, 'segment' | 'depth' | 'reconstruct'>;

export interface MeasureOptions {
  /** Step of MCC's grid in the object's own frame. */
  readonly granularity: number;
  readonly sweep?: SweepName;
  readonly instruments: Instruments;
  /** Gets a sentence on each mesh that is no solid. */
  readonly onProblem?: (sentence: string) => void;
}

/**
 * Numbers of a scene by name. `iou.box`, `iou.click`, `depth.absRel` and `depth.within` are of SAM and ZoeDepth. The rest is of
 * two runs of MCC: `given` has the true mask and depth, `chain` runs end to end. `given.precision@0.1` and so on: each field of
 * `Coverage` at each distance. `given.seen.f1@0.1` and so on: the same for the run's seen points instead of its output.
 * `given.color`: color error. `given.points`: number of occupied points. `given.mesh.precision@0.1` and so on, and
 * `given.mesh.color`: the same for the run's mesh, on points sampled evenly on it. `given.mesh.silhouette` and so on: each field
 * of `MeshFacts`. `chain.size`: size of the object by our depth over its true size; 0 when our mask misses the object.
 */
export type Numbers = Readonly<Record<string, number>>;

/**
 * The run end to end takes its mask from a prompt with the tight box. If that mask is empty, has no depth, or misses the
 * object, the run counts as one without points. A run without a mesh counts as one whose mesh has no triangles.
 */
export async function measureScene(
  engine: MeasuredEngine,
  scene: Scene,
  { granularity, sweep, instruments, onProblem = () => undefined }: MeasureOptions,
): Promise<Numbers> {
  const { photo, box, click, mask: trueMask, depth: trueDepth } = scene;
  const focal = focalFromFov(photo.width, scene.fov);
  const [x, y] = click;

  const mask = chosenMask(await engine.segment(photo, { box }));
  const clickMask = chosenMask(await engine.segment(photo, { points: [{ x, y, label: 1 }] }));
  const { meters: depth } = await engine.depth(photo, { focal });
  const options = { focal, granularity, sweep, render: false };
  const given = await engine.reconstruct(photo, { ...options, mask: trueMask, depth: trueDepth });
  const { normalization } = given.seen;
  const { xyz, dense } = scene.surface;
  const surface = {
    ...scene.surface,
    xyz: toTrueFrame(xyz, normalization),
    dense: toTrueFrame(dense, normalization),
  };

  const ratio = sizeRatio(depth, trueDepth, mask, trueMask);
  const chain =
    ratio === undefined
      ? undefined
      : await unlessNothing(() => engine.reconstruct(photo, { ...options, mask, depth, estimated: true }));

  const view = { photo, camera: intrinsicsOf(photo, focal) };
  const factsOf = (name: Run, run?: NodeReconstruction): Promise<Numbers> =>
    runFacts(name, run, view, { instruments, onProblem });

  const { absRel, within } = depthErrors(depth, trueDepth, trueMask);
  return {
    'iou.box': maskIou(mask, trueMask),
    'iou.click': maskIou(clickMask, trueMask),
    'depth.absRel': absRel,
    'depth.within': within,
    ...shapeNumbers('given', inTrueFrame(given, normalization), surface),
    ...(await factsOf('given', given)),
    'chain.size': ratio ?? 0,
    ...shapeNumbers('chain', chain ? inTrueFrame(chain, normalization, ratio) : nothing, surface),
    ...(await factsOf('chain', chain)),
  };
}

/**
 * Numbers of a frame of CO3D by name: those of the run `given` of a scene, with mask, depth and camera of the data set, against the points of
 * its sequence. A run without points counts as one that found none.
 */
export async function measureFrame(
  engine: Pick<MeasuredEngine, 'reconstruct'>,
  frame: MeasuredFrame,
  { granularity, sweep, instruments, onProblem = () => undefined }: MeasureOptions,
): Promise<Numbers> {
  const { photo, mask, camera } = frame;
  const asked = { mask, depth: frame.depth.meters, camera, granularity, sweep, render: false };
  const run = await engine.reconstruct(photo, asked);
  const { normalization } = run.seen;
  return {
    ...shapeNumbers('given', inTrueFrame(run, normalization), surfaceOf(frame, normalization)),
    ...(await runFacts('given', run, { photo, camera }, { instruments, onProblem })),
  };
}

/** Numbers of a run's mesh. @param view photo and camera that it is compared with */
function runFacts(
  name: Run,
  run: NodeReconstruction | undefined,
  view: { readonly photo: Photo; readonly camera: Intrinsics },
  { instruments, onProblem }: Required<Pick<MeasureOptions, 'instruments' | 'onProblem'>>,
): Promise<Numbers> {
  if (!run?.mesh) return Promise.resolve(factNumbers(name, NO_MESH));
  const problem = (text: string): void => onProblem(`the mesh ${RUNS[name]} ${text}`);
  return meshFacts(run.mesh, { ...view, mask: run.mask }, instruments, problem).then((facts) =>
    factNumbers(name, facts),
  );
}

const chosenMask = ({ candidates, chosen }: SegmentAnswer): Uint8Array => candidates[chosen].mask;

/** A run's points in the true frame. */
interface Shape {
  readonly object: ColoredPoints;
  readonly seen: ColoredPoints;
  /** Points sampled on the mesh. */
  readonly mesh: ColoredPoints;
}

const empty: ColoredPoints = { xyz: new Float32Array(0), rgb: new Uint8Array(0) };
const nothing: Shape = { object: empty, seen: empty, mesh: empty };

function inTrueFrame(run: NodeReconstruction, normalization: Normalization, ratio = 1): Shape {
  const moved = ({ xyz, rgb }: ColoredPoints): ColoredPoints => ({ xyz: toTrueFrame(xyz, normalization, ratio), rgb });
  const { mesh } = run;
  return { object: moved(run.object), seen: moved(run.seen.cloud), mesh: mesh ? moved(pointsOf(mesh)) : empty };
}

function shapeNumbers(run: Run, { object, seen, mesh }: Shape, surface: Surface): Numbers {
  return {
    [`${run}.points`]: object.xyz.length / 3,
    ...coverageNumbers(run, coverage(object.xyz, surface, seen.xyz)),
    ...coverageNumbers(`${run}.seen`, coverage(seen.xyz, surface, seen.xyz)),
    [`${run}.color`]: colorError(object, surface),
    ...coverageNumbers(`${run}.mesh`, coverage(mesh.xyz, surface, seen.xyz)),
    [`${run}.mesh.color`]: colorError(mesh, surface),
  };
}

const factNumbers = (run: Run, facts: MeshFacts): Numbers =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [`${run}.mesh.${name}`, value as number]));

const coverageNumbers = (prefix: string, found: readonly Coverage[]): Numbers =>
  Object.fromEntries(
    found.flatMap((one, i) => Object.entries(one).map(([name, value]) => [`${prefix}.${name}@${DISTANCES[i]}`, value])),
  );

/** The result of a run; undefined if mask and depth leave no points to start from. */
async function unlessNothing(run: () => Promise<NodeReconstruction>): Promise<NodeReconstruction | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof GeometryError) return undefined;
    throw error;
  }
}

/** The mean of each number over scenes. @throws RangeError without a scene */
export function meansOf(scenes: readonly Numbers[]): Numbers {
  if (scenes.length === 0) throw new RangeError('There is no mean of no scenes.');
  const names = Object.keys(scenes[0]);
  return Object.fromEntries(
    names.map((name) => [name, scenes.reduce((sum, scene) => sum + scene[name], 0) / scenes.length]),
  );
}
