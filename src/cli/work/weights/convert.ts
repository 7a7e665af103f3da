/** `unflat weights convert FILE`: converts a PyTorch file to safetensors. */
import { stemOf } from '../../../../weights/index.ts';
import { convertFile, inMegabytes } from '../../../host/node/convert.ts';
import { EXIT, UserError } from '../../../host/errors.ts';
import { megabytes } from '../../../kernels/megabytes.ts';
import { networks } from '../../../pipeline/registry.ts';
import type { Terminal } from '../../terminal.ts';
import { withFileProgress } from './common.ts';

export interface ConvertOptions {
  /** Id of the file's network. */
  network?: string;
  output?: string;
  quiet?: boolean;
}

/** Maximum number of skipped entries that are named. */
const LISTED = 5;

export async function convert(file: string, options: ConvertOptions, terminal: Terminal): Promise<number> {
  const given = networks.find(({ id }) => id === options.network);
  if (options.network !== undefined && !given) throw unknownNetwork(options.network);
  const output = options.output ?? `${stemOf(file)}.safetensors`;
  await withFileProgress(terminal, options, async (progress, signal) => {
    const onProgress = (event: Parameters<typeof inMegabytes>[0]): void => progress.update(inMegabytes(event));
    const { tensors, bytes, skipped, network } = await convertFile(file, output, {
      ...{ signal, onProgress, network: given },
    });
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

const unknownNetwork = (id: string): UserError =>
  new UserError(`There is no network ${id}.`, {
    hint: `There are: ${networks.map((network) => network.id).join(', ')}.`,
    exitCode: EXIT.usage,
  });
