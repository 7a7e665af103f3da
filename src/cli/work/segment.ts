/** `unflat segment photo.jpg --point 310,220 --point 40,40,0 -o mask.png`: the mask of one object. */
import { extname } from 'node:path';
import { EXIT, UserError } from '../../host/errors.ts';
import { encodeMaskPng, encodeMaskWebp } from '../../host/node/encode.ts';
import { tryOutput, writeWhole } from '../../host/node/files.ts';
import { decodePhoto } from '../../host/node/image.ts';
import type { CommandContext } from '../context.ts';
import { expectNoSearchOptions, type EverythingFlags } from '../everythingOptions.ts';
import type { EngineOptions, PromptOptions, ReportOptions } from '../options.ts';
import { expectPrompt, roughPromptsOf } from './prompts.ts';
import { maskFile } from './outputs.ts';
import { runCommand, weightNotices } from './commandRun.ts';

/** Lossless encoders for a mask, by file extension. */
const ENCODERS = { '.png': encodeMaskPng, '.webp': encodeMaskWebp } as const;

export interface SegmentOptions extends PromptOptions, EngineOptions, ReportOptions, EverythingFlags {
  output?: string;
}

export async function segment(path: string, options: SegmentOptions, context: CommandContext): Promise<number> {
  expectPrompt(options);
  const { output = 'mask.png' } = options;
  expectNoSearchOptions(options);
  const encode = encoderOf(output);
  return runCommand(context, options, async ({ progress, call, startEngine }) => {
    await tryOutput(output);
    const photo = await decodePhoto(path);
    const prompts = await roughPromptsOf(photo, options);
    for (const notice of [...(photo.notices ?? []), ...weightNotices(options.weights)]) progress.say(notice);
    const engine = await startEngine(['segment']);
    const { candidates, chosen } = await engine.segment(photo, prompts, call);
    const { mask, quality, stability } = candidates[chosen];
    progress.finish();
    await writeWhole(output, await maskFile(mask, photo, encode), call.signal);
    const pixels = mask.reduce((count, value) => count + value, 0);
    const summary = { file: output, pixels, quality, stability, ...engine.describe() };
    context.terminal.out(options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : `${output}\n`);
    return EXIT.ok;
  });
}

/** @throws UserError for the extension of a lossy or unknown format */
function encoderOf(output: string): (typeof ENCODERS)[keyof typeof ENCODERS] {
  const ending = extname(output).toLowerCase();
  if (ending in ENCODERS) return ENCODERS[ending as keyof typeof ENCODERS];
  const isLossy = ['.jpg', '.jpeg', '.avif', '.heic'].includes(ending);
  throw new UserError(
    `The output ${output} must end in ${Object.keys(ENCODERS).join(' or ')}` +
      (isLossy ? `: ${ending.slice(1)} files blur the edge of a mask.` : '.'),
    { hint: 'For another format, write a .png and convert it.', exitCode: EXIT.usage },
  );
}
