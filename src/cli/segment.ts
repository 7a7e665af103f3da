/** `unflat segment photo.jpg --point 310,220 --point 40,40,0 -o mask.png`: the mask of one object. */
import type { Command } from 'commander';
import { encodeMaskPng } from '../host/node/encode.ts';
import { EXIT } from '../host/errors.ts';
import { expectWritable, writeWhole } from '../host/node/files.ts';
import { decodePhoto } from '../host/node/image.ts';
import {
  addEngineOptions,
  addPromptOptions,
  addReportOptions,
  type EngineOptions,
  type PromptOptions,
  type ReportOptions,
} from './options.ts';
import { expectPrompt, promptsOf } from './prompts.ts';
import { type CommandContext, weightNotices, withSession } from './session.ts';

interface Options extends Omit<PromptOptions, 'mask'>, EngineOptions, ReportOptions {
  output: string;
}

/** Adds the command to the program. @param finish is told the exit code */
export function addSegment(program: Command, context: CommandContext, finish: (code: number) => void): void {
  const command = program.command('segment').description('find one object of a photo').argument('<photo>');
  addPromptOptions(command, { mask: false });
  addEngineOptions(command).option('-o, --output <file>', 'PNG: white where the object is', 'mask.png');
  addReportOptions(command).action(async (path: string, options: Options) => {
    finish(await segment(path, options, context));
  });
}

async function segment(path: string, options: Options, context: CommandContext): Promise<number> {
  expectPrompt(options);
  return withSession(context, options, async ({ progress, signal, startEngine }) => {
    await expectWritable(options.output);
    const photo = await decodePhoto(path);
    for (const notice of [...(photo.notices ?? []), ...weightNotices(options.weights)]) progress.say(notice);
    const prompts = await promptsOf(photo, options);
    const engine = await startEngine(['segment']);
    const { mask, quality } = await engine.segment(photo, { ...prompts, signal });
    progress.finish();
    await writeWhole(options.output, await encodeMaskPng(mask, photo.width, photo.height), signal);
    const pixels = mask.reduce((count, value) => count + value, 0);
    const summary = { file: options.output, pixels, quality, ...engine.describe() };
    context.terminal.out(options.json ? `${JSON.stringify(summary, undefined, 2)}\n` : `${options.output}\n`);
    return EXIT.ok;
  });
}
