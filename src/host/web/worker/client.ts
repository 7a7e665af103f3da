/** The page's side: an engine and its sessions, whose calls run in a worker. */
import { DeviceError } from '../../../graph/errors.ts';
import type { EngineDescription } from '../../../pipeline/engine.ts';
import type { Photo } from '../../../pipeline/photo.ts';
import type { EngineCalls, SessionCalls } from '../../engine.ts';
import type { PhotoSource } from '../image.ts';
import type { WorkerEngineOptions } from '../options.ts';
import { Caller } from './caller.ts';
import { crossingOptions } from './crossingOptions.ts';
import type { EngineMethods, SessionMethods } from './messages.ts';
import { startWorker } from './start.ts';

/**
 * Starts a worker, and an engine in it.
 * @throws OptionError if an option cannot cross to a worker; UserError if the worker cannot start; as createEngine
 */
export async function startWorkerEngine({
  worker,
  ...options
}: WorkerEngineOptions): Promise<EngineCalls<PhotoSource>> {
  const crossing = crossingOptions(options);
  const caller = new Caller(startWorker(worker));
  const engine = new WorkerEngine(caller);
  try {
    await engine.call('create', crossing);
    return engine;
  } catch (error) {
    engine.dispose();
    throw error;
  }
}

class WorkerEngine implements EngineCalls<PhotoSource> {
  constructor(private readonly caller: Caller) {}

  get lost(): Promise<DeviceError> {
    return this.caller.lost;
  }

  async open(source: PhotoSource): Promise<SessionCalls> {
    const { session, photo } = await this.call('open', source);
    return new WorkerSession(this.caller, session, photo ?? (source as Photo));
  }

  describe(): EngineDescription {
    return this.caller.about!;
  }

  pace(ms: number): void {
    this.call('pace', ms).catch(() => undefined);
  }

  dispose(): void {
    this.caller.end(new DeviceError('The engine was disposed; create a new engine.'));
  }

  call<K extends keyof EngineMethods>(
    method: K,
    ...args: Parameters<EngineMethods[K]>
  ): Promise<Awaited<ReturnType<EngineMethods[K]>>> {
    return this.caller.call({ method }, args) as Promise<Awaited<ReturnType<EngineMethods[K]>>>;
  }
}

type Method<K extends keyof SessionMethods> = SessionMethods[K];

class WorkerSession implements SessionCalls {
  readonly encode = this.method('encode');
  readonly segment = this.method('segment');
  readonly everything = this.method('everything');
  readonly depth = this.method('depth');
  readonly points = this.method('points');
  readonly scenePoints = this.method('scenePoints');
  readonly complete = this.method('complete');
  readonly mesh = this.method('mesh');
  readonly reconstruct = this.method('reconstruct');

  constructor(
    private readonly caller: Caller,
    private readonly session: number,
    readonly photo: Photo,
  ) {}

  close(): void {
    this.caller.call({ method: 'close' }, [this.session]).catch(() => undefined);
  }

  private method<K extends keyof SessionMethods>(method: K): Method<K> {
    return ((...args: unknown[]) => this.caller.call({ session: this.session, method }, args)) as Method<K>;
  }
}
