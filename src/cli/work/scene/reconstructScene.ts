/** `unflat reconstruct` with several objects: one scene, and a folder for each object. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { EXIT, UserError } from '../../../host/errors.ts';
import { viewTemplate } from '../../../host/node/bundled.ts';
import { OutputFolder, tryOutput } from '../../../host/node/files.ts';
import { decodePhoto } from '../../../host/node/image.ts';
import type { Role } from '../../../pipeline/roles.ts';
import type { SceneReconstruction } from '../../../pipeline/session/scene.ts';
import type { CommandContext } from '../../context.ts';
import { stoppedBy } from '../../interrupt.ts';
import { expectNames } from '../../objectNames.ts';
import { ALWAYS_WRITTEN } from '../../options.ts';
import { formatSeconds } from '../../progress.ts';
import type { SceneChoice } from '../../sceneOptions.ts';
import { runCommand, weightNotices } from '../commandRun.ts';
import { earlierFiles, sayDeleted } from '../earlierFiles.ts';
import { expectObjectOptions, expectSource, readShared } from '../job.ts';
import { SCENE_FILES, sceneFiles } from '../outputs.ts';
import type { ReconstructOptions } from '../reconstruct.ts';
import { resultNotices } from '../resultNotices.ts';
import { depthNotices, factsOf, headOf, jsonFile, SUMMARY } from '../summary.ts';
import { SweepEstimate } from '../sweepEstimate.ts';
import { findRequests, readRequests, type NamedRequest } from './requests.ts';

export interface SceneOptions extends ReconstructOptions, SceneChoice {}

export async function reconstructScene(
  path: string | undefined,
  options: SceneOptions,
  context: CommandContext,
): Promise<number> {
  expectObjectOptions(options);
  expectSource(path, options);
  if (path === undefined) {
    throw new UserError('A frame of CO3D (--co3d) has one object, and several are asked for.', {
      hint: 'Leave out --object, --all and --pick.',
      exitCode: EXIT.usage,
    });
  }
  const started = performance.now();
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    const output = await OutputFolder.open(options.output);
    const template = await viewTemplate();
    const photo = await decodePhoto(path);
    const wanted = await readRequests(photo, options);
    if (wanted.requests) await expectPlaces(output, wanted.requests);
    const shared = await readShared(photo, options);
    const known = [...(photo.notices ?? []), ...wanted.notices, ...shared.notices, ...weightNotices(options.weights)];
    for (const notice of known) progress.say(notice);

    const needsDepth = !shared.asked.depth && !shared.asked.pointMap;
    const engine = await startEngine(rolesFor(wanted.requests, needsDepth));
    const session = await engine.open(photo);
    const estimate = new SweepEstimate(options.granularity, options.sweep);
    const requests = wanted.requests ?? (await search());
    const scene = await session.objects(requests, shared.asked, {
      ...call,
      onProgress(event) {
        call.onProgress(event);
        const notice = call.signal.aborted ? undefined : estimate.notice(event);
        if (notice !== undefined) progress.say(notice);
      },
    });
    session.close();
    if (scene.objects.length === 0) throw nothingMade(scene);
    progress.update({ stage: 'files', done: 0, total: 1 });

    const stop = stoppedBy(call.signal);
    const found = noticesOf(scene, options, stop.by);
    const formats = [...new Set([...ALWAYS_WRITTEN, ...options.format])];
    const files = await sceneFiles(photo, scene, { formats, template });
    const seconds = (performance.now() - started) / 1000;
    const summary = {
      ...headOf(photo, shared.asked, options, { engine: engine.describe(), seconds }),
      objects: scene.objects.map(({ name, within, ...made }) => ({
        ...{ name, within, prompt: promptOf(name, options) },
        ...factsOf(made),
      })),
      ...{ failed: scene.failed, stopped: scene.stopped, notices: [...known, ...found] },
    };
    files[SUMMARY] = jsonFile(summary);
    const old = await earlierFiles(output, files);
    // No signal here: after Ctrl-C the objects that are whole are written, too.
    const paths = await output.writeAll(files);
    await output.remove(old);
    progress.finish();

    const { terminal } = context;
    if (options.json) terminal.out(`${JSON.stringify(summary, undefined, 2)}\n`);
    else for (const file of paths) terminal.out(`${file}\n`);
    const names = scene.objects.map(({ name }) => name);
    progress.say(`${countOf(names.length)} in ${formatSeconds(seconds)}: ${names.join(', ')}.`);
    for (const notice of found) progress.say(notice);
    sayDeleted(progress, old);
    if (scene.stopped.length > 0) return stop.exitCode;
    return scene.failed.length > 0 ? EXIT.partly : EXIT.ok;

    async function search(): Promise<readonly NamedRequest[]> {
      const { requests, notices } = await findRequests(session, options, options.weights, call);
      await expectPlaces(output, requests);
      for (const notice of notices) progress.say(notice);
      known.push(...notices);
      return requests;
    }
  });
}

/** Checks that each object can have a folder of its name. @throws UserError */
async function expectPlaces({ path }: OutputFolder, requests: readonly NamedRequest[]): Promise<void> {
  const names = requests.map(({ name }) => name);
  expectNames(names, SCENE_FILES);
  for (const name of names) await tryOutput(join(path, name, 'file'));
}

/** The roles that are needed. @param requests undefined: masks are still to be found */
function rolesFor(requests: readonly NamedRequest[] | undefined, needsDepth: boolean): Role[] {
  const needsMasks = requests?.some(({ mask }) => mask === undefined) ?? true;
  return [...(needsMasks ? ['segment' as const] : []), ...(needsDepth ? ['depth' as const] : []), 'complete'];
}

const countOf = (objects: number): string => (objects === 1 ? '1 object' : `${objects} objects`);

/** The prompt of an object, if it was given as a group. */
function promptOf(name: string, { object }: SceneChoice) {
  const group = object?.find((one, i) => (one.name ?? `object-${i + 1}`) === name);
  if (!group) return undefined;
  const { box, point, mask, pick } = group;
  return { box, point, mask, pick };
}

/** The error when no object could be made. */
function nothingMade({ failed }: SceneReconstruction): UserError {
  const lines = failed.map(({ name, problem }) => `\n  ${name}: ${problem}`);
  return new UserError(`None of the objects could be made.${lines.join('')}`, {
    hint: 'Give other prompts, or a lower --threshold.',
  });
}

/** What a user should know of the result. @param by what stopped the work, if something did */
function noticesOf(scene: SceneReconstruction, { granularity }: SceneOptions, by: string): string[] {
  const { depth, objects, failed, stopped } = scene;
  const ofObjects = objects.flatMap(({ name, object, mesh, meshProblem: problem, within }) => [
    ...(within === undefined ? [] : [`${name}: it lies within ${within}, so the scene shows that part twice.`]),
    ...resultNotices(object, mesh, { granularity, isStopped: false, by, problem }).map((one) => `${name}: ${one}`),
  ]);
  return [
    ...depthNotices(depth),
    ...ofObjects,
    ...failed.map(({ name, problem }) => `${name} could not be made: ${problem}`),
    ...(stopped.length > 0 ? [`Stopped by ${by}: ${stopped.join(', ')} not made. What is there is whole.`] : []),
  ];
}
