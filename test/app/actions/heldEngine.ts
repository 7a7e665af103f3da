/** An engine whose answers the test gives by hand, and the app on it. */
import { App } from '../../../src/app/actions/app.ts';
import type { EngineSession, PageEngine } from '../../../src/app/engine.ts';
import type { CompletedObject, Depth, MaskCandidate, Photo, Seen, WorkerEngineOptions } from '../../../src/web.ts';
import { WebObject } from '../../../src/web.ts';

interface HeldCall {
  readonly method: string;
  readonly args: readonly unknown[];
  answer(value: unknown): void;
  fail(error: unknown): void;
}

/** Calls in the order in which they were made, and those that have no answer yet. */
class Calls {
  readonly made: { method: string; args: readonly unknown[] }[] = [];
  pending: HeldCall[] = [];

  /** @param isLenient whether a call that is stopped goes on, and answers with what it has */
  hold<T>(method: string, args: readonly unknown[], isLenient = false): Promise<T> {
    this.made.push({ method, args });
    return new Promise<T>((resolve, reject) => {
      const end = (): void => void (this.pending = this.pending.filter((other) => other !== call));
      const call: HeldCall = {
        ...{ method, args },
        answer: (value) => (end(), resolve(value as T)),
        fail: (error) => (end(), reject(error as Error)),
      };
      this.pending.push(call);
      const signal = args.map((value) => (value as { signal?: AbortSignal } | undefined)?.signal).find(Boolean);
      if (!isLenient) signal?.addEventListener('abort', () => call.fail(signal.reason));
    });
  }
}

export class HeldEngine implements PageEngine {
  readonly calls = new Calls();
  readonly lost: Promise<Error>;
  lose!: (error: Error) => void;
  isDisposed = false;

  constructor(readonly name = 'held') {
    this.lost = new Promise((resolve) => (this.lose = resolve));
  }

  async open(photo: Blob): Promise<EngineSession> {
    const opened = await this.calls.hold<Photo>('open', [photo]);
    const hold =
      (method: string, isLenient = false) =>
      (...args: unknown[]) =>
        this.calls.hold<never>(method, args, isLenient);
    return {
      photo: opened,
      encode: hold('encode'),
      segment: hold('segment'),
      everything: hold('everything'),
      depth: hold('depth'),
      points: hold('points'),
      complete: hold('complete', true),
      mesh: hold('mesh'),
      close: () => void this.calls.made.push({ method: 'close', args: [opened.name] }),
    };
  }

  describe = () => ({ adapter: this.name, weights: 'tiny' });
  pace = (): void => undefined;
  dispose = (): void => void (this.isDisposed = true);
}

export const PHOTO: Photo = { width: 4, height: 3, rgba: new Uint8Array(48), name: 'duck' };
export const DEPTH: Depth = {
  meters: new Float32Array(12).fill(1),
  camera: { fx: 4, fy: 4, cx: 2, cy: 1.5 },
  estimated: true,
  focal: { pixels: 4, source: 'default' },
};
export const SEEN = {
  cloud: { xyz: new Float32Array(3), rgb: new Uint8Array(3) },
  normalization: { scale: 0.5, center: [0, 0, 2] },
} as unknown as Seen;

/** Three points, of which the threshold of 0.5 keeps two. */
export function threePoints({ partial = false } = {}): WebObject {
  const kept = {
    ...{ xyz: new Float32Array(9), rgb: new Uint8Array(9), grid: new Float32Array(9) },
    ...{ logits: Float32Array.of(3, 1, -1), indices: Uint32Array.of(0, 1, 2) },
  };
  const facts = { ...{ spacing: 0.1, partial, kept, minThreshold: 0.1 }, swept: { queries: 8, of: 8 } };
  const field = { counts: [2, 2, 2], axes: new Float32Array(6), logits: new Float32Array(8) };
  return new WebObject({ ...facts, field, normalization: SEEN.normalization } as unknown as CompletedObject, 0.5);
}

export const MESH = { facts: { parts: 1, dropped: 0, isHollow: true, leaks: false, touches: [] } };

/** A mask of one value, to tell it from others. */
export const masks = (value: number, count = 1): { candidates: MaskCandidate[]; chosen: number } => ({
  candidates: Array.from({ length: count }, (_, i) => ({
    ...{ mask: new Uint8Array(12).fill(value + i), quality: 0.9, stability: 0.9, lowRes: new Float32Array(1) },
  })),
  chosen: 0,
});

/** Lets everything that can go on go on. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** The app on engines that the test answers for. */
export class HeldApp {
  readonly engines: HeldEngine[] = [];
  /** Options of the engines so far. */
  readonly created: WorkerEngineOptions[] = [];
  /** Engines that are being started. */
  readonly starting = new Calls();
  readonly app = new App(async (options) => {
    this.created.push(options);
    const engine = await this.starting.hold<HeldEngine>('create', [options]);
    this.engines.push(engine);
    return engine;
  });

  get state() {
    return this.app.state;
  }

  /** Methods that wait for an answer, in order. */
  get pending(): string[] {
    return this.engines.flatMap((engine) => engine.calls.pending.map(({ method }) => method));
  }

  /** Methods that were called so far. */
  get made(): string[] {
    return this.engines.flatMap((engine) => engine.calls.made.map(({ method }) => method));
  }

  /** The call that waits for an answer. @throws Error if it is another one, or if there is none */
  waiting(method: string): HeldCall {
    const call = this.engines.flatMap((engine) => engine.calls.pending).find((pending) => pending.method === method);
    if (!call) throw new Error(`No ${method} is pending, but: ${this.pending.join(', ')}`);
    return call;
  }

  async answer(method: string, value?: unknown): Promise<void> {
    this.waiting(method).answer(value);
    await settled();
  }

  async fail(method: string, error: unknown): Promise<void> {
    this.waiting(method).fail(error);
    await settled();
  }

  /** An engine answers the oldest call for one. */
  async startEngine(engine = new HeldEngine()): Promise<HeldEngine> {
    await settled();
    this.starting.pending[0].answer(engine);
    await settled();
    return engine;
  }

  /** An engine, and a photo that can be pointed at. */
  static async withPhoto(): Promise<HeldApp> {
    const held = new HeldApp();
    held.app.start();
    await held.startEngine();
    void held.app.openPhoto(new File(['photo'], 'duck.png'));
    await settled();
    await held.answer('open', PHOTO);
    await held.answer('encode');
    await held.answerEmpty();
    return held;
  }

  /** The same, and a mask. */
  static async withMask(): Promise<HeldApp> {
    const held = await HeldApp.withPhoto();
    held.app.pointing.addPoint(1, 1, 1);
    await held.answer('segment', masks(1));
    return held;
  }

  private async answerEmpty(): Promise<void> {
    await settled();
    if (this.pending.length > 0) throw new Error(`A new photo asks for ${this.pending.join(', ')}`);
  }
}
