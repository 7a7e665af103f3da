/** `unflat weights convert FILE`: converts a PyTorch file to safetensors. */
import { stemOf } from '../../../../weights/index.ts';
import { convertFile, inMegabytes } from '../../../host/node/convert.ts';
import { EXIT } from '../../../host/errors.ts';
import { megabytes } from '../../../kernels/megabytes.ts';
import type { Terminal } from '../../terminal.ts';
import { withFileProgress } from './common.ts';

export interface ConvertOptions {
  output?: string;
  quiet?: boolean;
}

/** Maximum number of skipped entries that are named. */
const LISTED = 5;

export async function convert(file: string, options: ConvertOptions, terminal: Terminal): Promise<number> {
  const output = options.output ?? `${stemOf(file)}.safetensors`;
  await withFileProgress(terminal, options, async (progress, signal) => {
    const onProgress = (event: Parameters<typeof inMegabytes>[0]): void => progress.update(inMegabytes(event));
    const { tensors, bytes, skipped, network } = await convertFile(file, output, { signal, onProgress });
    progress.finish();
    if (skipped.length > 0) {
      const more = skipped.length > LISTED ? ` and ${skipped.length - LISTED} more` : '';
      progress.say(`Skipped, because they are not weights: ${skipped.slice(0, LISTED).join(', ')}${more}.`);
    }
    const title = network?.title ?? 'an unknown network';
    progress.say(`${tensors} tensors of ${title}, ${megabytes(bytes)}.`);
  });
  terminal.out(`${output}\n`);
  return EXIT.ok;
}
