/** `unflat doctor`: its options. The work itself is loaded when the command runs. */
import { type Command, Option } from 'commander';
import type { CommandContext, Finish } from './context.ts';
import { addAdapterOption } from './options.ts';
import type { DoctorOptions } from './work/doctor.ts';

/** Where `npm run build` puts the bundle: next to dist/cli.js. */
const BUNDLE = new URL('./deep.js', import.meta.url);

/**
 * Adds the command to the program.
 * @param bundle where the checks of kernels are; tests pass another place
 */
export function addDoctor(
  program: Command,
  { terminal }: Pick<CommandContext, 'terminal'>,
  finish: Finish,
  bundle = BUNDLE,
): void {
  const command = program
    .command('doctor')
    .description('show the adapter, its limits and its kernel variants, and test their results');
  addAdapterOption(command)
    .addOption(
      new Option('--precision <type>', 'storage type of weights and activations in the self-test')
        .choices(['f32', 'f16'])
        .default('f32'),
    )
    .option(
      '--deep [kernels...]',
      'also run the checks of all kernels, or of the named ones, in every variant: about a minute without a GPU',
    )
    .option('--json', 'print everything as JSON')
    .action(async (options: DoctorOptions) => {
      const { doctor } = await import('./work/doctor.ts');
      finish(await doctor(options, terminal, bundle));
    });
}
