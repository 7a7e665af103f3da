/** A worker without a thread: the program of `src/worker.ts` at the other end of a message channel, with an engine that tests give. */
import type { EngineCalls, SessionCalls } from '../../src/host/engine.ts';
import { serve, type Port } from '../../src/host/web/worker/server.ts';
import type { DeviceError, EngineOptions, Photo, PhotoSource } from '../../src/web.ts';

/** The engine of the worker: what it is asked, and sessions with the given methods. */
export class StandInEngine implements EngineCalls<PhotoSource> {
  lose!: (error: DeviceError) => void;
  readonly lost = new Promise<DeviceError>((resolve) => (this.lose = resolve));
  readonly paces: number[] = [];
  closed = 0;
  calls = 0;

  constructor(private readonly session: Partial<SessionCalls> = {}) {}

  open(photo: PhotoSource): Promise<SessionCalls> {
    const decoded = photo instanceof Blob ? { width: 1, height: 1, rgba: Uint8Array.of(1, 2, 3, 255) } : photo;
    return Promise.resolve({ photo: decoded, close: () => this.closed++, ...this.session } as SessionCalls);
  }

  describe() {
    return {
      adapter: 'none',
      adapterClass: 'gpu',
      precision: 'f32',
      weights: 'tiny',
      seconds: { calls: ++this.calls },
    };
  }

  pace(ms: number): void {
    this.paces.push(ms);
  }

  dispose(): void {
    throw new Error('A worker ends with its engine.');
  }
}

/** What of `Worker` a page uses. Events other than messages are for tests to dispatch. */
export class FakeWorker extends EventTarget {
  terminated = false;
  readonly received: unknown[] = [];
  private readonly channel = new MessageChannel();

  /** @param create creates the engine in the worker; without it, nothing answers */
  constructor(create?: (options: EngineOptions) => Promise<EngineCalls<PhotoSource>>) {
    super();
    const { port1, port2 } = this.channel;
    port1.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent('message', { data }));
    port2.start();
    if (create) serve(port2 as unknown as Port, create);
  }

  postMessage(message: unknown): void {
    this.received.push(message);
    this.channel.port1.postMessage(message);
  }

  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
  }

  asWorker(): Worker {
    return this as unknown as Worker;
  }

  /** Dispatches the event of an error that nothing caught. A file that cannot be loaded has no message. */
  fail(message?: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}

/** A worker with this engine. */
export const workerWith = (engine: EngineCalls<PhotoSource>): FakeWorker =>
  new FakeWorker(() => Promise.resolve(engine));

export const pixel: Photo = { width: 1, height: 1, rgba: Uint8Array.of(9, 9, 9, 255) };
