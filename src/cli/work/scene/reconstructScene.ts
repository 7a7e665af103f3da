/** `unflat reconstruct` with several objects: one scene, and a folder for each object. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { EXIT } from '../../../host/errors.ts';
import { viewTemplate } from '../../../host/node/bundled.ts';
import { OutputFolder, tryOutput } from '../../../host/node/files.ts';
import { decodePhoto } from '../../../host/node/image.ts';
import type { CommandContext } from '../../context.ts';
import { stoppedBy } from '../../interrupt.ts';
import { ALWAYS_WRITTEN } from '../../options.ts';
import { formatSeconds } from '../../progress.ts';
import { runCommand, weightNotices } from '../commandRun.ts';
import { earlierFiles, sayDeleted } from '../earlierFiles.ts';
import { expectObjectOptions, expectSource } from '../job.ts';
import { sceneFiles } from '../outputs.ts';
import type { ReconstructOptions } from '../reconstruct.ts';
import { jsonFile, SUMMARY } from '../summary.ts';
import { SweepEstimate } from '../sweepEstimate.ts';
import type { NamedRequest } from './requests.ts';
import { expectObjects, readSceneJob, requestsOf, sceneRoles } from './sceneJob.ts';
import { sceneNotices, sceneSummary } from './sceneSummary.ts';

export async function reconstructScene(
  path: string | undefined,
  options: ReconstructOptions,
  context: CommandContext,
): Promise<number> {
  expectObjectOptions(options);
  expectSource(path, options);
  const started = performance.now();
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    const output = await OutputFolder.open(options.output);
    const template = await viewTemplate();
    const job = await readSceneJob(await decodePhoto(path!), options);
    if (job.requests) await expectPlaces(output, job.requests);
    const known = [...job.notices, ...weightNotices(options.weights)];
    for (const notice of known) progress.say(notice);

    const engine = await startEngine(sceneRoles(job));
    const session = await engine.open(job.photo);
    const estimate = new SweepEstimate(options.granularity, options.sweep);
    const { requests, notices } = await requestsOf(session, job, options, call);
    if (!job.requests) await expectPlaces(output, requests);
    for (const notice of notices) progress.say(notice);
    const scene = await session.objects(requests, job.asked, {
      ...call,
      onProgress(event) {
        call.onProgress(event);
        const notice = call.signal.aborted ? undefined : estimate.notice(event);
        if (notice !== undefined) progress.say(notice);
      },
    });
    session.close();
    expectObjects(scene);
    progress.update({ stage: 'files', done: 0, total: 1 });

    const stop = stoppedBy(call.signal);
    const found = sceneNotices(scene, options, stop.by);
    const formats = [...new Set([...ALWAYS_WRITTEN, ...options.format])];
    const files = await sceneFiles(job.photo, scene, { formats, template });
    const seconds = (performance.now() - started) / 1000;
    const all = [...known, ...notices, ...found];
    const summary = sceneSummary(job, scene, options, { engine: engine.describe(), seconds, notices: all });
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
  });
}

/** Checks that each object can have a folder of its name. @throws UserError */
async function expectPlaces({ path }: OutputFolder, requests: readonly NamedRequest[]): Promise<void> {
  for (const { name } of requests) await tryOutput(join(path, name, 'file'));
}

const countOf = (objects: number): string => (objects === 1 ? '1 object' : `${objects} objects`);
