/** `unflat weights list | pull | convert | verify | synth`: the files of weights on this machine. */
import type { Command } from 'commander';
import type { CommandContext } from './session.ts';
import { addConvert } from './weights/convert.ts';
import { addList } from './weights/list.ts';
import { addPull } from './weights/pull.ts';
import { addSynth } from './weights/synth.ts';
import { addVerify } from './weights/verify.ts';

/** Adds the commands to the program. @param finish is told the exit code */
export function addWeights(program: Command, context: CommandContext, finish: (code: number) => void): void {
  const weights = program.command('weights').description('download, convert, check and make files of weights');
  for (const add of [addList, addPull, addConvert, addVerify, addSynth]) add(weights, context, finish);
}
