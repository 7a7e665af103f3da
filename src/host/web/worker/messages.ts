/** The messages between a page and the engine in its worker: calls with a number, and what comes back for that number. */
import type { EngineDescription } from '../../../pipeline/engine.ts';
import type { Photo } from '../../../pipeline/photo.ts';
import type { SessionCalls } from '../../engine.ts';
import type { PhotoSource } from '../image.ts';
import type { EngineOptions } from '../options.ts';
import type { StoreOptions } from '../weightStore.ts';
import type { CrossedError } from './errors.ts';
import type { Hook } from './hooks.ts';

/** What a page may ask of the worker. */
export interface EngineMethods {
  create(options: EngineOptions): Promise<void>;
  open(photo: PhotoSource): Promise<OpenedPhoto>;
  close(session: number): void;
  pace(ms: number): void;
  /** Needs no engine. @param source an absolute address, or a file @returns the name in the store */
  keepWeights(source: string | File, options: StoreOptions): Promise<string>;
}

export interface OpenedPhoto {
  /** Number of the session, for later calls. */
  readonly session: number;
  /** The decoded photo; absent if the page sent it decoded. */
  readonly photo?: Photo;
}

/** What a page may ask of a session. */
export type SessionMethods = Omit<SessionCalls, 'photo' | 'close'>;

/** A method of the engine, or with a number, of that session. */
export type Target =
  | { readonly session?: undefined; readonly method: keyof EngineMethods }
  | { readonly session: number; readonly method: keyof SessionMethods };

export type CallMessage = Target & {
  readonly kind: 'call';
  readonly id: number;
  /** The arguments without functions and signals. */
  readonly args: readonly unknown[];
  /** Where functions and signals were. */
  readonly hooks: readonly Hook[];
};

/** Stops a call: its signal was aborted, or a callback of the page threw. */
export interface AbortMessage {
  readonly kind: 'abort' | 'callbackFailed';
  readonly id: number;
}

export type MessageToWorker = CallMessage | AbortMessage;

/** The end of a call, and what the engine says of itself after it; absent if there is no engine yet. */
export type Reply = { readonly id: number; readonly about?: EngineDescription } & (
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: CrossedError }
  /** The call threw the reason of its signal, which the page has. */
  | { readonly kind: 'stopped' }
);

/** A function among the arguments of a running call is to be called. */
export interface EventMessage {
  readonly kind: 'event';
  readonly id: number;
  readonly hook: Hook;
  readonly values: readonly unknown[];
}

/** The device was lost. */
export interface LostMessage {
  readonly kind: 'lost';
  readonly error: CrossedError;
}

export type MessageToPage = Reply | EventMessage | LostMessage;
