/** Options of the engine in a browser, in the page's own thread and in a worker. */
import type { Precision } from '../../kernels/target.ts';
import type { EngineSetup } from '../../pipeline/engine.ts';
import {
  aCount,
  aFlag,
  aFunction,
  anObject,
  anything,
  aSignal,
  oneOf,
  someMilliseconds,
  type OptionRules,
} from '../options.ts';
import type { WebWeightFile, WebWeightOptions, WebWeights } from './weights.ts';

export interface EngineOptions
  extends Pick<EngineSetup, 'networks' | 'keepNetworks' | 'embeddingBytes'>, WebWeightOptions {
  /** Weights of the networks; by default the tiny ones. */
  readonly weights?: WebWeights;
  /** Storage type of large weights and of activations; by default f32. Arithmetic is f32, but in a GPU's matrix instructions, which multiply halves. f16 takes half the memory. */
  readonly precision?: Precision;
  /**
   * Milliseconds that one submission to the device should take; 100 by default. The device draws nothing else meanwhile.
   * `engine.pace` changes it.
   */
  readonly submissionMs?: number;
  /**
   * Bytes that all buffers and textures on the device together may take; no bound by default. The engine then keeps the networks
   * that fit together, frees the others after use, and works in smaller parts.
   */
  readonly maxMemory?: number;
}

/** Addresses are relative to the page. A `WeightSet` cannot cross to a worker. */
export interface WorkerEngineOptions extends Omit<EngineOptions, 'weights'> {
  /** Weights of the networks; by default the tiny ones. */
  readonly weights?: 'tiny' | WebWeightFile | readonly WebWeightFile[];
  /**
   * A module worker that runs `dist/worker.js` of the package and nothing else, or a function that starts one. By default
   * `worker.js` next to the bundle. It ends with the engine.
   */
  readonly worker?: Worker | (() => Worker);
}

export const ENGINE_OPTIONS: OptionRules<EngineOptions> = {
  weights: anything,
  tinyUrl: { what: 'the address of a folder', holds: (value) => typeof value === 'string' || value instanceof URL },
  networks: anObject,
  precision: oneOf('f32', 'f16'),
  keepNetworks: aFlag,
  embeddingBytes: aCount,
  submissionMs: someMilliseconds,
  maxMemory: aCount,
  onProgress: aFunction,
  onNotice: aFunction,
  signal: aSignal,
};

export const WORKER_ENGINE_OPTIONS: OptionRules<WorkerEngineOptions> = {
  ...ENGINE_OPTIONS,
  worker: {
    what: 'a Worker, or a function that starts one',
    holds: (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
  },
};
