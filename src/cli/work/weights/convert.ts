/** `unflat weights convert FILE`: a .pth or .pt file of torch -> safetensors. */
import { convertFile, inMegabytes } from '../../../host/node/convert.ts';
import { EXIT } from '../../../host/errors.ts';
import type { Terminal } from '../../terminal.ts';
import { megabytes, withFileProgress } from './common.ts';

export interface ConvertOptions {
  output?: string;
  quiet?: boolean;
}

/** How many entries without tensors are named. */
const LISTED = 5;

export async function convert(file: string, options: ConvertOptions, terminal: Terminal): Promise<number> {
  const output = options.output ?? `${file.replace(/\.pth?$/, '')}.safetensors`;
  await withFileProgress(terminal, options, async (progress, signal) => {
    const onProgress = (event: Parameters<typeof inMegabytes>[0]): void => progress.update(inMegabytes(event));
    const { tensors, bytes, skipped, network } = await convertFile(file, output, { signal, onProgress });
    progress.finish();
    if (skipped.length > 0) {
      const more = skipped.length > LISTED ? ` and ${skipped.length - LISTED} more` : '';
      progress.say(`Left out, because these are not weights: ${skipped.slice(0, LISTED).join(', ')}${more}.`);
    }
    const title = network?.title ?? 'no network that this program has';
    progress.say(`${tensors} tensors of ${title}, ${megabytes(bytes)}.`);
  });
  terminal.out(`${output}\n`);
  return EXIT.ok;
}
