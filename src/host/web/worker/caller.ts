/** The page's end of the connection: calls methods in the worker, and knows when it has ended. */
import { DeviceError } from '../../../graph/errors.ts';
import type { EngineDescription } from '../../../pipeline/engine.ts';
import { crossed } from './errors.ts';
import { hookAt, signalOf, unhook } from './hooks.ts';
import type { EventMessage, MessageToPage, MessageToWorker, Reply, Target } from './messages.ts';
import { notStarted } from './start.ts';

interface Pending {
  readonly args: readonly unknown[];
  /** Ends the call with what `settle` does, and forgets it. */
  end(settle: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void): void;
  readonly signal: AbortSignal | undefined;
}

export class Caller {
  /** Resolves when the device is lost or the worker crashes. */
  readonly lost: Promise<DeviceError>;
  /** What the engine said of itself after the last call; undefined before it was created. */
  about: EngineDescription | undefined;
  private lose!: (error: DeviceError) => void;
  private readonly pending = new Map<number, Pending>();
  private calls = 0;
  /** Whether the worker has answered at all. */
  private isRunning = false;
  /** Why no call can be made any more. */
  private ended: Error | undefined;

  constructor(private readonly worker: Worker) {
    this.lost = new Promise((resolve) => (this.lose = resolve));
    worker.addEventListener('message', ({ data }) => this.receive(data as MessageToPage));
    worker.addEventListener('messageerror', () => this.crash('a message could not be read'));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.crash(event.message || 'its file is missing or has an error');
    });
  }

  /**
   * Calls a method. The arguments are copied.
   * @throws as the method; the reason of the signal; DeviceError if the engine was disposed or the worker crashed; UserError if
   *   the worker could not start
   */
  async call(target: Target, args: readonly unknown[]): Promise<unknown> {
    if (this.ended) throw this.ended;
    const { plain, hooks } = unhook(args);
    const signal = signalOf(args, hooks);
    signal?.throwIfAborted();
    const id = ++this.calls;
    this.post({ kind: 'call', id, ...target, args: plain, hooks });
    return new Promise((resolve, reject) => {
      const abort = (): void => this.post({ kind: 'abort', id });
      signal?.addEventListener('abort', abort);
      this.pending.set(id, {
        args,
        signal,
        end: (settle) => {
          this.pending.delete(id);
          signal?.removeEventListener('abort', abort);
          settle(resolve, reject);
        },
      });
    });
  }

  /** Ends the worker. Pending calls and later ones throw the error. */
  end(error: Error): void {
    if (this.ended) return;
    this.ended = error;
    this.worker.terminate();
    for (const { end } of [...this.pending.values()]) end((_, reject) => reject(error));
  }

  private receive(message: MessageToPage): void {
    this.isRunning = true;
    if (message.kind === 'lost') this.lose(crossed(message.error) as DeviceError);
    else if (message.kind === 'event') this.handle(message);
    else this.finish(message);
  }

  private finish(reply: Reply): void {
    this.about = reply.about ?? this.about;
    const call = this.pending.get(reply.id);
    call?.end((resolve, reject) => {
      if (reply.kind === 'result') resolve(reply.value);
      else reject(reply.kind === 'stopped' ? call.signal?.reason : crossed(reply.error));
    });
  }

  private handle({ id, hook, values }: EventMessage): void {
    const call = this.pending.get(id);
    if (!call) return;
    try {
      (hookAt(call.args, hook) as (...values: readonly unknown[]) => void)(...values);
    } catch (error) {
      // As without a worker: what the caller's function throws ends the call.
      this.post({ kind: 'callbackFailed', id });
      call.end((_, reject) => reject(error));
    }
  }

  private crash(reason: string): void {
    if (!this.isRunning) {
      this.end(notStarted(reason));
      return;
    }
    const error = new DeviceError(`The engine's worker crashed: ${reason}.\n  Create a new engine.`);
    if (!this.ended) this.lose(error);
    this.end(error);
  }

  private post(message: MessageToWorker): void {
    this.worker.postMessage(message);
  }
}
