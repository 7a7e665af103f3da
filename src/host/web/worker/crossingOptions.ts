/** Options of an engine as they cross to its worker. Addresses become absolute, because the worker has an address of its own. */
import { OptionError } from '../../../pipeline/optionError.ts';
import type { EngineOptions, WorkerEngineOptions } from '../options.ts';
import { isSet, isStored, isWeightFile, type WebWeightFile } from '../weights.ts';

/** @throws OptionError for a WeightSet */
export function crossingOptions({ weights, tinyUrl, ...rest }: Omit<WorkerEngineOptions, 'worker'>): EngineOptions {
  return {
    ...rest,
    ...(weights !== undefined && { weights: crossingWeights(weights) }),
    ...(tinyUrl !== undefined && { tinyUrl: absolute(tinyUrl) }),
  };
}

function crossingWeights(weights: NonNullable<WorkerEngineOptions['weights']>): WorkerEngineOptions['weights'] {
  if (isSet(weights)) {
    throw new OptionError(
      'createWorkerEngine: weights is a WeightSet, which cannot cross to a worker. Give addresses or files, or use createEngine.',
    );
  }
  if (Array.isArray(weights)) return (weights as readonly WebWeightFile[]).map(crossingFile);
  return crossingFile(weights as WebWeightFile);
}

/** Names of weights, such as `tiny` or `stored:NAME`, are no addresses; values that are wrong are refused in the worker. */
const crossingFile = (file: WebWeightFile): WebWeightFile =>
  isWeightFile(file) && !(file instanceof Blob) && !isStored(file) ? absolute(file) : file;

const absolute = (address: string | URL): string => new URL(address, location.href).href;
