/** `unflat weights convert FILE`: a .pth or .pt file of torch -> safetensors. */
import type { Command } from 'commander';
import { convertFile, inMegabytes } from '../../host/node/convert.ts';
import { EXIT } from '../../host/errors.ts';
import type { CommandContext } from '../session.ts';
import { megabytes, withFileProgress } from './common.ts';

interface Options {
  output?: string;
  quiet?: boolean;
}

/** How many entries without tensors are named. */
const LISTED = 5;

/** Adds the command. @param finish is told the exit code */
export function addConvert(weights: Command, { terminal }: CommandContext, finish: (code: number) => void): void {
  weights
    .command('convert')
    .description('convert a .pth or .pt file of torch to safetensors; nothing in it is executed')
    .argument('<file>')
    .option('-o, --output <file>', 'where the result goes (default: beside the file, as .safetensors)')
    .option('--quiet', 'print no progress')
    .action(async (file: string, options: Options) => {
      const output = options.output ?? `${file.replace(/\.pth?$/, '')}.safetensors`;
      await withFileProgress(terminal, options, async (progress, signal) => {
        const onProgress = (event: Parameters<typeof inMegabytes>[0]): void => progress.update(inMegabytes(event));
        const { tensors, bytes, skipped, network } = await convertFile(file, output, { signal, onProgress });
        progress.finish();
        if (skipped.length > 0) {
          const more = skipped.length > LISTED ? ` and ${skipped.length - LISTED} more` : '';
          progress.say(`Left out, as it is no weights: ${skipped.slice(0, LISTED).join(', ')}${more}.`);
        }
        const title = network?.title ?? 'no network that this program has';
        progress.say(`${tensors} tensors of ${title}, ${megabytes(bytes)}.`);
      });
      terminal.out(`${output}\n`);
      finish(EXIT.ok);
    });
}
