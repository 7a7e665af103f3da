/** `unflat weights convert FILE`: its options. */
import type { Command } from 'commander';
import type { CommandContext, Finish } from '../context.ts';
import type { ConvertOptions } from '../work/weights/convert.ts';

/** Adds the command. */
export function addConvert(weights: Command, { terminal }: CommandContext, finish: Finish): void {
  weights
    .command('convert')
    .description('convert a PyTorch .pth or .pt file to safetensors; no code in it is run')
    .argument('<file>')
    .option('--network <id>', 'network of the file, if it does not say so itself: mccScene for an MCC for scenes')
    .option('-o, --output <file>', 'safetensors file to write (default: next to the input)')
    .option('--quiet', 'print no progress')
    .action(async (file: string, options: ConvertOptions) => {
      const { convert } = await import('../work/weights/convert.ts');
      finish(await convert(file, options, terminal));
    });
}
