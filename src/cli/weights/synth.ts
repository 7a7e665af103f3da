/** `unflat weights synth vit_b -o FILE`: its options. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext, Finish } from '../context.ts';
import type { SynthOptions } from '../work/weights/synth.ts';

/** Adds the command. */
export function addSynth(weights: Command, { terminal }: CommandContext, finish: Finish): void {
  weights
    .command('synth')
    .description('write generated, untrained weights to a file, for tests')
    .argument('<config>', 'network and size, such as vit_b, zoed_n or mcc; an unknown name lists all of them')
    .addOption(
      new Option('--scheme <names>', 'naming scheme of the tensors').choices(['official', 'hf']).default('official'),
    )
    .addOption(
      new Option('--dtype <type>', 'storage type of the values').choices(['f32', 'f16', 'bf16']).default('f32'),
    )
    .option('--seed <number>', 'seed of the generator', parseSeed, 1)
    .requiredOption('-o, --output <file>', 'file to write: .safetensors, or a PyTorch .pth or .pt')
    .option('--quiet', 'print no progress')
    .action(async (config: string, options: SynthOptions) => {
      const { synth } = await import('../work/weights/synth.ts');
      finish(await synth(config, options, terminal));
    });
}

function parseSeed(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
