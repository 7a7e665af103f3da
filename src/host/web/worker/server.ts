/** The worker's side: runs an engine, and answers the calls of the page. */
import { closedSession } from '../../../pipeline/session/session.ts';
import type { EngineCalls, SessionCalls } from '../../engine.ts';
import type { PhotoSource } from '../image.ts';
import type { EngineOptions } from '../options.ts';
import { WeightStore, type StoreOptions } from '../weightStore.ts';
import { crossing } from './errors.ts';
import { rehook } from './hooks.ts';
import type { CallMessage, EngineMethods, MessageToPage, MessageToWorker } from './messages.ts';
import { buffersOf } from './transfer.ts';

/** The worker's end of the connection: its global scope. */
export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Creates an engine when the page asks for it, and answers calls until the worker ends. */
export function serve(port: Port, create: (options: EngineOptions) => Promise<EngineCalls<PhotoSource>>): void {
  const calls = new EngineService(port, create);
  port.addEventListener('message', ({ data }) => calls.receive(data as MessageToWorker));
}

type Method = (...args: unknown[]) => unknown;

/** Ends a call whose callback threw in the page, also a call without a signal. The page has the error. */
const CALLBACK_FAILED = new Error('A callback of the page failed.');

class EngineService implements EngineMethods {
  private engine: EngineCalls<PhotoSource> | undefined;
  private readonly sessions = new Map<number, SessionCalls>();
  private opened = 0;
  /** One for each running call. */
  private readonly controllers = new Map<number, AbortController>();

  constructor(
    private readonly port: Port,
    private readonly createEngine: (options: EngineOptions) => Promise<EngineCalls<PhotoSource>>,
  ) {}

  receive(message: MessageToWorker): void {
    if (message.kind === 'call') void this.answer(message);
    else this.controllers.get(message.id)?.abort(message.kind === 'callbackFailed' ? CALLBACK_FAILED : undefined);
  }

  async create(options: EngineOptions): Promise<void> {
    this.engine = await this.createEngine(options);
    void this.engine.lost.then((error) => this.post({ kind: 'lost', error: crossing(error) }));
  }

  async open(source: PhotoSource) {
    const session = await this.engine!.open(source);
    this.sessions.set(++this.opened, session);
    if (!(source instanceof Blob)) return { session: this.opened };
    // The session keeps the photo, so the page gets a copy.
    const { photo } = session;
    return { session: this.opened, photo: { ...photo, rgba: photo.rgba.slice() } };
  }

  close(number: number): void {
    this.sessions.get(number)?.close();
    this.sessions.delete(number);
  }

  pace(ms: number): void {
    this.engine!.pace(ms);
  }

  async keepWeights(source: string | File, options: StoreOptions): Promise<string> {
    const store = await WeightStore.open();
    const { name } = await (typeof source === 'string' ? store.fetch(source, options) : store.add(source, options));
    return name;
  }

  private async answer({ id, session, method, args, hooks }: CallMessage): Promise<void> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    const hooked = rehook(args, hooks, (hook) =>
      hook.name === 'signal'
        ? controller.signal
        : (...values: unknown[]) => {
            if (controller.signal.reason === CALLBACK_FAILED) throw CALLBACK_FAILED;
            this.post({ kind: 'event', id, hook, values });
          },
    );
    try {
      const target = session === undefined ? this : this.sessionOf(session);
      const value = await (target as unknown as Record<string, Method>)[method](...hooked);
      this.post({ kind: 'result', id, value, about: this.engine?.describe() });
    } catch (error) {
      const about = this.engine?.describe();
      if (controller.signal.aborted && error === controller.signal.reason) this.post({ kind: 'stopped', id, about });
      else this.post({ kind: 'error', id, error: crossing(error), about });
    } finally {
      this.controllers.delete(id);
    }
  }

  private sessionOf(number: number): SessionCalls {
    const session = this.sessions.get(number);
    if (!session) throw closedSession();
    return session;
  }

  /** Sends a message. Nobody here keeps what is sent, so its buffers are handed over. */
  private post(message: MessageToPage): void {
    this.port.postMessage(message, buffersOf(message));
  }
}
