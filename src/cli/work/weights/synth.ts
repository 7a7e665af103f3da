/** `unflat weights synth vit_b -o FILE`: writes generated weights in any file format, for tests of full-size files. */
import { networkMark, specsOf, syntheticTensors, syntheticTorch, writeSafetensors } from '../../../../weights/index.ts';
import { tryOutput, writeWhole } from '../../../host/node/files.ts';
import { inMegabytes } from '../../../host/node/convert.ts';
import { EXIT, UserError } from '../../../host/errors.ts';
import { networks } from '../../../pipeline/registry.ts';
import type { Terminal } from '../../terminal.ts';
import { withFileProgress } from './common.ts';

export interface SynthOptions {
  scheme: 'official' | 'hf';
  dtype: 'f32' | 'f16' | 'bf16';
  seed: number;
  output: string;
  quiet?: boolean;
}

/** The name that users type -> the network and the name of its configuration. */
const CONFIGS = new Map(
  networks.flatMap((network) =>
    Object.keys(network.configs).map((config) => [network.typedName(config), { network, config }] as const),
  ),
);

const SCHEMES = { official: 'official', hf: 'huggingface' } as const;
const DTYPES = { f32: 'F32', f16: 'F16', bf16: 'BF16' } as const;
const BYTES = { f32: 4, f16: 2, bf16: 2 } as const;

/** @param name what users type for a network and its configuration @throws UserError for an unknown name or format */
export async function synth(name: string, options: SynthOptions, terminal: Terminal): Promise<number> {
  const { output } = options;
  const { bytes: total, content } = contentOf(name, options);
  await tryOutput(output);
  await withFileProgress(terminal, options, async (progress, signal) => {
    let done = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of content) {
        yield piece;
        done += piece.length;
        progress.update(inMegabytes({ stage: 'write', done: Math.min(done, total), total }));
      }
    };
    await writeWhole(output, counted(), signal);
  });
  terminal.out(`${output}\n`);
  return EXIT.ok;
}

/** The content of the file in the format of its extension, and its approximate size. @throws UserError for another extension */
function contentOf(
  name: string,
  { scheme, dtype, seed, output }: SynthOptions,
): { bytes: number; content: AsyncIterable<Uint8Array> } {
  const chosen = CONFIGS.get(name);
  if (!chosen) {
    throw new UserError(`There is no network ${name}.`, {
      hint: `There are: ${[...CONFIGS.keys()].join(', ')}.`,
      exitCode: EXIT.usage,
    });
  }
  const specs = specsOf<object>(chosen.network, chosen.config);
  if (/\.pth?$/.test(output)) {
    if (scheme === 'official') return syntheticTorch(specs, { seed, dtype: DTYPES[dtype] });
    throw new UserError('PyTorch files use the official names.', {
      hint: 'Leave out --scheme, or write a .safetensors file.',
      exitCode: EXIT.usage,
    });
  }
  if (!output.endsWith('.safetensors')) {
    throw new UserError(`The output ${output} must end in .safetensors, .pth or .pt.`, { exitCode: EXIT.usage });
  }
  const tensors = syntheticTensors(specs, { seed, scheme: SCHEMES[scheme], dtype: DTYPES[dtype] });
  const bytes = tensors.reduce((sum, { shape }) => sum + BYTES[dtype] * shape.reduce((n, dim) => n * dim, 1), 0);
  const mark = chosen.network.naming.setting === undefined ? {} : networkMark(chosen.network);
  return { bytes, content: writeSafetensors(tensors, { format: 'pt', source: `synthetic:${seed}`, ...mark }) };
}
