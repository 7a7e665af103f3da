/**
 * Several objects of one photo: the masks of all first, then depth once, then one object after the other. So each network
 * is opened once, also where the device holds one at a time.
 */
import { Canceled } from '../../graph/errors.ts';
import { OptionError } from '../optionError.ts';
import type { Photo } from '../photo.ts';
import { PromptError } from '../prompts.ts';
import type { Sheet } from '../render/sheet.ts';
import { expectObject, type PromptOptions, type ReconstructOptions } from './options.ts';
import { maskFor, objectFrom, type ChainResult } from './photoTo3d.ts';
import type { Stages } from './stages.ts';
import type { Depth, PhotoSteps } from './steps.ts';

/** One of the objects that are wanted: its prompt or its mask. */
export interface ObjectRequest extends PromptOptions {
  /** What it is called in results, in messages and in `scene.glb`; by default `object-1`, `object-2` and so on. */
  readonly name?: string;
  /** Mask of the object, [height, width] of the decoded photo, not 0 on the object. It replaces the prompt. */
  readonly mask?: Uint8Array;
}

/** Options that hold for all objects of a photo. */
export type SceneOptions = Omit<ReconstructOptions, keyof ObjectRequest | 'onPoints' | 'scene'>;

/** One object of several. All of them are in meters in the same frame, that of the photo's camera. */
export interface SceneObject extends Omit<ChainResult, 'depth'> {
  readonly name: string;
  /** The name of an earlier object whose mask holds most of this one's: the scene shows that part twice. */
  readonly within?: string;
  /** A picture of it alone, as in `Reconstruction`. */
  readonly preview?: Sheet;
  /** Why there is no preview, if it could not be drawn. */
  readonly previewProblem?: string;
}

/** An object that could not be made. */
export interface FailedObject {
  readonly name: string;
  /** Why, in a sentence. */
  readonly problem: string;
}

/** Several objects of one photo. */
export interface SceneReconstruction {
  readonly depth: Depth;
  /** The objects that were made, in the order in which they were asked for. Each has points. */
  readonly objects: readonly SceneObject[];
  /** Those that could not be made: their mask is empty or too small, the same as an earlier one, or no point is occupied. */
  readonly failed: readonly FailedObject[];
  /** Names of those that were not made because the call was stopped. */
  readonly stopped: readonly string[];
  /** A picture of all meshes together from five sides; undefined if `render` was false, or there is no mesh. */
  readonly preview?: Sheet;
  /** Why there is no preview, if it could not be drawn. */
  readonly previewProblem?: string;
  /** Seconds of each stage, of all objects together. Loading the weights of a network is a stage of its own. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** An object that is asked for, with its name. */
interface Named extends ObjectRequest {
  readonly name: string;
}

/** Masks that share more of their pixels than this, of all that either has, are of the same object. */
const SAME = 0.8;
/** A mask with a larger share of its pixels in another one lies within it. */
const WITHIN = 0.8;

/** Errors that every object would meet: they end the call. */
const COMMON = ['DeviceError', 'DeviceLostError', 'LimitError', 'WeightsError', 'KernelError'];

/**
 * The objects with their names.
 * @throws OptionError if there is none, or two have one name; PromptError or GeometryError, with the object's name, if a
 *   prompt or a mask does not fit the photo
 */
export function namedObjects(photo: Photo, requests: readonly ObjectRequest[]): Named[] {
  if (!Array.isArray(requests) || requests.length === 0) {
    throw new OptionError('objects: there is no object. Give a list such as [{ box }, { mask }].');
  }
  const named = requests.map((request, i) => ({ ...request, name: request.name ?? `object-${i + 1}` }));
  for (const [i, request] of named.entries()) {
    const { name } = request;
    if (typeof name !== 'string' || name === '')
      throw new OptionError(`objects: the name of object ${i + 1} is empty.`);
    if (named.findIndex((other) => other.name === name) < i) {
      throw new OptionError(`objects: two of them have the name ${name}. Give each a name of its own.`);
    }
    try {
      expectObject(photo, request);
    } catch (error) {
      if (error instanceof Error) error.message = `The object ${name}: ${error.message}`;
      throw error;
    }
  }
  return named;
}

/**
 * Makes the objects, all but their previews. An object that fails does not stop the others. Stopped, it gives those that
 * are whole.
 * @throws Canceled if none is whole when the call is stopped; errors that every object would meet
 */
export async function sceneOf(
  steps: PhotoSteps,
  stages: Stages,
  named: readonly Named[],
  options: SceneOptions,
): Promise<Omit<SceneReconstruction, 'preview' | 'previewProblem' | 'seconds'>> {
  const failed: FailedObject[] = [];
  /** Runs the work on one object. @returns undefined if it failed, or was stopped */
  const attempt = async <T>(i: number, work: () => Promise<T>): Promise<T | undefined> => {
    const { name } = named[i];
    stages.object = { number: i + 1, of: named.length, name };
    try {
      return await work();
    } catch (error) {
      if (steps.isStopped) return undefined;
      if (!(error instanceof Error) || COMMON.includes(error.name)) throw error;
      failed.push({ name, problem: error.message });
      return undefined;
    } finally {
      stages.object = undefined;
    }
  };
  const expectGoing = (): void => {
    if (steps.isStopped) throw new Canceled('The scene');
  };

  const found: (Awaited<ReturnType<typeof maskFor>> & { i: number; name: string; within?: string })[] = [];
  for (const [i, request] of named.entries()) {
    const { name } = request;
    const mask = await attempt(i, async () => {
      const one = await maskFor(steps, request);
      return { ...one, i, name, ...relationTo(found, one.mask) };
    });
    expectGoing();
    if (mask) found.push(mask);
  }
  const depth = await steps.depth(options);
  const objects: SceneObject[] = [];
  for (const [k, { i, ...mask }] of found.entries()) {
    const made = await attempt(i, async () => {
      const one = { ...mask, ...(await objectFrom(steps, mask.mask, depth, options)) };
      if (!one.object.partial && one.object.xyz.length === 0) throw new Error(noPoints(one.object.threshold));
      return one;
    });
    const isWhole =
      made && !made.object.partial && (options.mesh === false || made.mesh || made.meshProblem !== undefined);
    if (steps.isStopped && !isWhole) {
      if (objects.length === 0) expectGoing();
      return { depth, objects, failed, stopped: found.slice(k).map(({ name }) => name) };
    }
    if (made) objects.push(made);
  }
  return { depth, objects, failed, stopped: [] };
}

const noPoints = (threshold: number): string =>
  `No grid point has a probability above ${threshold}. Give a lower threshold, or another prompt.`;

/**
 * How a mask relates to earlier ones.
 * @throws PromptError if it is of the same object as one of them
 */
function relationTo(earlier: readonly { name: string; mask: Uint8Array }[], mask: Uint8Array): { within?: string } {
  let within: string | undefined;
  for (const other of earlier) {
    let [shared, either, own] = [0, 0, 0];
    for (let pixel = 0; pixel < mask.length; pixel++) {
      const [a, b] = [mask[pixel] !== 0, other.mask[pixel] !== 0];
      if (a) own++;
      if (a && b) shared++;
      if (a || b) either++;
    }
    if (shared > SAME * either) {
      const percent = Math.round((100 * shared) / either);
      throw new PromptError(
        `It is the same object as ${other.name}: their masks share ${percent} % of their pixels. Leave one out.`,
      );
    }
    if (shared > WITHIN * own) within ??= other.name;
  }
  return within === undefined ? {} : { within };
}
