/** `unflat weights list | pull | convert | verify | synth`: their options. The work itself is loaded when a command runs. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addConvert } from './weights/convert.ts';
import { addList } from './weights/list.ts';
import { addPull } from './weights/pull.ts';
import { addSynth } from './weights/synth.ts';
import { addVerify } from './weights/verify.ts';

/** Adds the commands to the program. */
export function addWeights(program: Command, context: CommandContext, finish: Finish): void {
  const weights = program.command('weights').description('list, download, convert, check and generate weights');
  for (const add of [addList, addPull, addConvert, addVerify, addSynth]) add(weights, context, finish);
}
