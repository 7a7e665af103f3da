/** `unflat segment --everything photo.jpg -o masks.json`: all masks of a photo, and a picture of them. */
import { extname } from 'node:path';
import { EXIT, UserError } from '../../host/errors.ts';
import { BUNDLED } from '../../host/node/bundled.ts';
import { encodePng } from '../../host/node/encode.ts';
import { tryOutput, writeTogether } from '../../host/node/files.ts';
import { decodePhoto } from '../../host/node/image.ts';
import { encodeCocoResults, masksPicture, resampleNearest } from '../../io/index.ts';
import { EVERYTHING_DEFAULTS, TINY_SEARCH } from '../../pipeline/everything/defaults.ts';
import type { FoundMask } from '../../pipeline/everything/foundMask.ts';
import { areaOf, boxOf, maskOf, runsOf, type PixelBox } from '../../pipeline/maskRuns.ts';
import type { Photo } from '../../pipeline/photo.ts';
import type { CommandContext } from '../context.ts';
import { searchOptions, type EverythingFlags } from '../everythingOptions.ts';
import type { EngineOptions, ReportOptions } from '../options.ts';
import { runCommand, weightNotices } from './commandRun.ts';

type Options = EverythingFlags & EngineOptions & ReportOptions & { output?: string };

export async function segmentEverything(path: string, options: Options, context: CommandContext): Promise<number> {
  const { output = 'masks.json' } = options;
  if (extname(output).toLowerCase() !== '.json') {
    throw new UserError(`The output ${output} must end in .json: it holds all masks.`, {
      hint: 'A picture of them is written beside it, with the same name.',
      exitCode: EXIT.usage,
    });
  }
  const picture = `${output.slice(0, -'.json'.length)}.png`;
  const search = { ...(options.weights === BUNDLED && TINY_SEARCH), ...searchOptions(options) };
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    await tryOutput(output);
    await tryOutput(picture);
    const photo = await decodePhoto(path);
    for (const notice of [...(photo.notices ?? []), ...weightNotices(options.weights)]) progress.say(notice);
    const engine = await startEngine(['segment']);
    const found = await engine.everything(photo, search, call);
    progress.finish();
    const { width, height } = photo;
    const files = {
      [output]: new TextEncoder().encode(encodeCocoResults(found.map((one) => inFile(one, photo)))),
      [picture]: await encodePng(masksPicture(photo, found), width, height),
    };
    await writeTogether(files, call.signal);
    if (found.length === 0) progress.say(nothingFound(search));
    const summary = { files: [output, picture], masks: found.length, ...engine.describe() };
    context.terminal.out(
      options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : `${output}: ${found.length} masks\n${picture}\n`,
    );
    return EXIT.ok;
  });
}

/** A mask in pixels of the photo's file, if the photo was reduced while decoding. */
function inFile(found: FoundMask, photo: Photo): FoundMask {
  const { original } = photo;
  if (!original) return found;
  const mask = runsOf(resampleNearest(maskOf(found.mask), photo, original), original);
  const [across, down] = [original.width / photo.width, original.height / photo.height];
  const [left, top, right, bottom] = found.crop;
  const crop: PixelBox = [left * across, top * down, right * across, bottom * down];
  const point = { x: found.point.x * across, y: found.point.y * down };
  return { ...found, mask, area: areaOf(mask), box: boxOf(mask), point, crop };
}

/** Why there may be no mask, and what to do. */
function nothingFound(search: ReturnType<typeof searchOptions>): string {
  const { predIouThresh, stabilityScoreThresh } = { ...EVERYTHING_DEFAULTS, ...search };
  return (
    `No mask was found: none has both a predicted intersection over union above ${predIouThresh} and a stability of ` +
    `${stabilityScoreThresh}.\n  Lower --pred-iou-thresh or --stability-score-thresh, or add points: --points-per-side.`
  );
}
