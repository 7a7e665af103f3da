/** What `npm run variants` measures: every released checkpoint, in every format that it is released in. */
import { networkNamed, specsOfCheckpoint } from '../../src/pipeline/registry.ts';
import { type Checkpoint, checkpoints, tensorBytes } from '../../weights/index.ts';

/** safetensors with official names, safetensors with Hugging Face's names, and torch's own files. */
const FORMATS = ['official', 'huggingface', 'torch'] as const;
export type Format = (typeof FORMATS)[number];

export const PRECISIONS = ['f32', 'f16'] as const;
export type RunPrecision = (typeof PRECISIONS)[number];

/** A network runs once for each precision, each time from another format, whose tensors were found equal before. */
export const runFormat = (variant: Checkpoint, precision: RunPrecision): Format =>
  precision === 'f16' && variant.sources.huggingface ? 'huggingface' : 'official';

export const formatsOf = ({ sources }: Checkpoint): Format[] =>
  FORMATS.filter((format) => format !== 'huggingface' || sources.huggingface !== undefined);

/** The checkpoints of these ids, or all without ids. Smallest first: an interrupted run has then measured the most.
 *  @throws RangeError for an unknown id */
export function variantsOf(ids: readonly string[]): Checkpoint[] {
  const unknown = ids.find((id) => !checkpoints.some((one) => one.id === id));
  if (unknown !== undefined) {
    throw new RangeError(`there is no variant ${unknown}; there are ${checkpoints.map(({ id }) => id).join(', ')}.`);
  }
  const bytes = (one: Checkpoint): number => tensorBytes(specsOfCheckpoint(one));
  return checkpoints.filter(({ id }) => ids.length === 0 || ids.includes(id)).toSorted((a, b) => bytes(a) - bytes(b));
}

/** What `unflat weights synth` calls the network of a checkpoint. */
export const synthName = ({ network, config }: Checkpoint): string => networkNamed(network).typedName(config);

export const fileName = ({ id }: Checkpoint, format: Format): string =>
  `${id}.${format === 'torch' ? 'pth' : `${format}.safetensors`}`;
