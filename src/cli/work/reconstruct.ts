/** `unflat reconstruct photo.jpg --box 27,44,412,595 -o out/`: a photo in, a 3D object out. */
import { performance } from 'node:perf_hooks';
import { EXIT } from '../../host/errors.ts';
import { viewTemplate } from '../../host/node/bundled.ts';
import { OutputFolder, tryOutput, writeTogether } from '../../host/node/files.ts';
import type { CommandContext } from '../context.ts';
import { stoppedBy } from '../interrupt.ts';
import type { ObjectOptions } from '../objectOptions.ts';
import { ALWAYS_WRITTEN, type EngineOptions, type ReportOptions } from '../options.ts';
import { formatSeconds } from '../progress.ts';
import { runCommand, weightNotices } from './commandRun.ts';
import { earlierFiles, sayDeleted } from './earlierFiles.ts';
import { keepFound } from './found.ts';
import { expectObjectOptions, expectSource, readJob, rolesFor } from './job.ts';
import { reconstructionFiles, recordingOf } from './outputs.ts';
import { jsonFile, noticesOf, SUMMARY, summaryOf } from './summary.ts';
import { SweepEstimate } from './sweepEstimate.ts';

export interface ReconstructOptions extends ObjectOptions, EngineOptions, ReportOptions {
  output: string;
  /** File for the recording. */
  rrd?: string;
}

export async function reconstruct(
  path: string | undefined,
  options: ReconstructOptions,
  context: CommandContext,
): Promise<number> {
  expectObjectOptions(options);
  expectSource(path, options);
  const started = performance.now();
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    const output = await OutputFolder.open(options.output);
    if (options.rrd !== undefined) await tryOutput(options.rrd);
    const template = await viewTemplate();
    const job = await readJob(path, options);
    const known = [...job.notices, ...weightNotices(options.weights)];
    for (const notice of known) progress.say(notice);

    const estimate = new SweepEstimate(options.granularity, options.sweep);
    const engine = await startEngine(rolesFor(job.asked));
    const work = engine.reconstruct(job.photo, job.asked, {
      ...call,
      onProgress(event) {
        call.onProgress(event);
        const notice = call.signal.aborted ? undefined : estimate.notice(event);
        if (notice !== undefined) progress.say(notice);
      },
    });
    const result = await work.catch(async (error: unknown) => {
      for (const file of await keepFound(error, job.photo, options.output)) progress.say(`Kept: ${file}`);
      throw error;
    });
    progress.update({ stage: 'files', done: 0, total: 1 });

    const { object, mesh, meshProblem } = result;
    const isStopped =
      (object.partial && object.problem === undefined) || (call.signal.aborted && !mesh && meshProblem === undefined);
    const stop = stoppedBy(call.signal);
    const found = noticesOf(result, options, { isStopped, by: stop.by });
    const formats = [...new Set([...ALWAYS_WRITTEN, ...options.format])];
    const files = await reconstructionFiles(job.photo, result, { formats, template });
    const recording = options.rrd === undefined ? {} : { [options.rrd]: recordingOf(job.photo, job.asked, result) };
    const seconds = (performance.now() - started) / 1000;
    const summary = summaryOf(job, result, options, {
      ...{ engine: engine.describe(), seconds, notices: [...known, ...found] },
    });
    files[SUMMARY] = jsonFile(summary);
    const old = await earlierFiles(output, files);
    // No signal here: after Ctrl-C a partial result is written, too.
    const paths = await writeTogether({ ...recording, ...output.withPaths(files) });
    await output.remove(old);
    progress.finish();

    const { terminal } = context;
    if (options.json) terminal.out(`${JSON.stringify(summary, undefined, 2)}\n`);
    else for (const file of paths) terminal.out(`${file}\n`);
    const faces = mesh ? `A mesh of ${summary.mesh!.faces} triangles from ` : '';
    progress.say(`${faces}${summary.points.object} points in ${formatSeconds(seconds)}.`);
    for (const notice of found) progress.say(notice);
    sayDeleted(progress, old);
    if (isStopped) return stop.exitCode;
    if (object.problem !== undefined) return EXIT.partly;
    return object.xyz.length > 0 ? EXIT.ok : EXIT.failure;
  });
}
