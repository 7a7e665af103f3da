/** The engine in a worker, over a message channel of this process. test/browser/worker.test.ts has a real one. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SessionCalls } from '../../src/host/engine.ts';
import { presets, syntheticSet } from '../../src/pipeline/registry.ts';
import { FakeWorker, pixel, StandInEngine, workerWith } from '../setup/fakeWorker.ts';
import { torus } from '../setup/meshes.ts';
import {
  CompletedObject,
  createWorkerEngine,
  DeviceError,
  keepWeights,
  OptionError,
  PointCloud,
  PromptError,
  UserError,
  WebMesh,
  WebObject,
  type EngineOptions,
  type SegmentAnswer,
  type WorkerEngineOptions,
} from '../../src/web.ts';

afterEach(() => vi.unstubAllGlobals());

/** An engine whose sessions have these methods, and its worker. */
async function engineWith(session: Partial<SessionCalls> = {}) {
  const inWorker = new StandInEngine(session);
  const worker = workerWith(inWorker);
  const engine = await createWorkerEngine({ worker: worker.asWorker() });
  return { engine, inWorker, worker };
}

const answer = (quality: number): SegmentAnswer => ({
  candidates: [{ mask: Uint8Array.of(1), quality, stability: 1, lowRes: new Float32Array(4) }],
  chosen: 0,
});

/** Two points: one is found at a threshold of 0.6, both at 0.1. */
const fakeObject = (partial = false): CompletedObject => {
  const kept = {
    xyz: new Float32Array(6),
    rgb: new Uint8Array(6),
    logits: Float32Array.of(0, 2),
    indices: Uint32Array.of(0, 1),
    grid: new Float32Array(6),
  };
  const field = { counts: [1, 1, 2], axes: new Float32Array(4), logits: kept.logits } as const;
  const normalization = { scale: 1, center: [0, 0, 1] } as const;
  const swept = { queries: 2, of: 2 };
  return new CompletedObject(
    { role: 'complete', kept, field, normalization, swept, partial, spacing: 0.1, minThreshold: 0.1 },
    0.1,
  );
};

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

const never = () => new Promise<never>(() => undefined);

describe('a call', () => {
  it('has the arguments and the result of the session in the worker', async () => {
    const segment = vi.fn(() => Promise.resolve(answer(0.5)));
    const { engine } = await engineWith({ segment });
    const session = await engine.open(pixel);
    expect(session.photo).toBe(pixel);
    const box = [0, 0, 1, 1] as const;
    expect(await session.segment({ box })).toEqual(answer(0.5));
    expect(segment).toHaveBeenCalledExactlyOnceWith({ box }, undefined);
    engine.dispose();
  });

  it('gives results that can make files of themselves', async () => {
    const cloud = { xyz: new Float32Array(3), rgb: new Uint8Array(3) };
    const surface = { mesh: torus(), facts: { parts: 1 } };
    const { engine } = await engineWith({
      points: () => Promise.resolve({ cloud } as never),
      complete: () => Promise.resolve(fakeObject()),
      mesh: () => Promise.resolve(surface as never),
    });
    const session = await engine.open(pixel);
    const seen = await session.points(Uint8Array.of(1), { meters: Float32Array.of(1) });
    expect(seen.cloud).toBeInstanceOf(PointCloud);
    expect((await seen.cloud.toBlob('ply')).size).toBeGreaterThan(0);
    const object = await session.complete(seen);
    expect(object).toBeInstanceOf(WebObject);
    expect(object.withThreshold(0.6).logits.length).toBeLessThan(object.logits.length);
    const mesh = await session.mesh(object, { mask: Uint8Array.of(1), depth: { meters: Float32Array.of(1) } });
    expect(mesh).toBeInstanceOf(WebMesh);
    expect((await mesh!.toFiles('stl'))[0].name).toBe('object.stl');
    engine.dispose();
  });

  it('opens, calls and closes for the short forms', async () => {
    const { engine, inWorker } = await engineWith({ segment: () => Promise.resolve(answer(0.1)) });
    expect(await engine.segment(pixel, { box: [0, 0, 1, 1] })).toEqual(answer(0.1));
    await engine.open(pixel);
    expect(inWorker.closed).toBe(1);
    engine.dispose();
  });

  it('brings back the photo that the worker decoded', async () => {
    const { engine } = await engineWith();
    const { photo } = await engine.open(new Blob(['a file']));
    expect(photo.rgba).toEqual(Uint8Array.of(1, 2, 3, 255));
    engine.dispose();
  });

  it('tells afterwards what the engine says of itself', async () => {
    const { engine } = await engineWith();
    expect(engine.describe()).toMatchObject({ weights: 'tiny', seconds: { calls: 1 } });
    await engine.open(pixel);
    expect(engine.describe().seconds).toEqual({ calls: 2 });
    engine.dispose();
  });

  it('may run beside another one', async () => {
    const ends: ((answer: SegmentAnswer) => void)[] = [];
    const { engine } = await engineWith({ segment: () => new Promise((resolve) => ends.push(resolve)) });
    const session = await engine.open(pixel);
    const both = [session.segment({}), session.segment({})];
    await vi.waitFor(() => expect(ends).toHaveLength(2));
    ends[1](answer(0.2));
    expect((await both[1]).candidates[0].quality).toBe(0.2);
    ends[0](answer(0.1));
    expect((await both[0]).candidates[0].quality).toBe(0.1);
    engine.dispose();
  });

  it('is refused by a closed session', async () => {
    const { engine } = await engineWith({ segment: () => Promise.resolve(answer(1)) });
    const session = await engine.open(pixel);
    session.close();
    await expect(session.segment({})).rejects.toThrow('This session is closed. Open the photo again');
    engine.dispose();
  });

  it('is refused if an argument cannot cross', async () => {
    const { engine } = await engineWith();
    await expect(engine.open(Symbol('a photo') as never)).rejects.toThrow('could not be cloned');
    engine.dispose();
  });
});

describe('memory', () => {
  it('is handed over by the worker, and never taken from the caller', async () => {
    const given: SegmentAnswer = answer(1);
    const { engine, inWorker } = await engineWith({ segment: () => Promise.resolve(given) });
    const session = await engine.open(pixel);
    const previous = new Float32Array(4);
    await session.segment({ previous });
    expect(given.candidates[0].mask.buffer.byteLength).toBe(0);
    expect([previous.length, pixel.rgba.length]).toEqual([4, 4]);
    // The worker's session keeps its photo.
    const blob = await engine.open(new Blob(['a file']));
    expect(blob.photo.rgba).toHaveLength(4);
    expect(inWorker.calls).toBeGreaterThan(0);
    engine.dispose();
  });

  it('that an array uses in part is copied', async () => {
    const shared = new Uint8Array(8);
    const [candidate] = answer(1).candidates;
    const part = { candidates: [{ ...candidate, mask: shared.subarray(2, 3) }], chosen: 0 };
    const { engine } = await engineWith({ segment: () => Promise.resolve(part) });
    const session = await engine.open(pixel);
    expect((await session.segment({})).candidates[0].mask).toEqual(Uint8Array.of(0));
    expect(shared).toHaveLength(8);
    engine.dispose();
  });
});

describe('callbacks', () => {
  it('are called before the call ends', async () => {
    const { engine } = await engineWith({
      complete(_seen, options, call) {
        call?.onProgress?.({ stage: 'sweep', done: 1, total: 2, unit: 'points' });
        options?.onPoints?.({ xyz: new Float32Array(3), rgb: Uint8Array.of(1, 2, 3) });
        expect(options).toMatchObject({ granularity: 0.1 });
        return Promise.resolve(fakeObject());
      },
    });
    const session = await engine.open(pixel);
    const [onPoints, onProgress] = [vi.fn(), vi.fn()];
    await session.complete({} as never, { granularity: 0.1, onPoints }, { onProgress });
    expect(onProgress).toHaveBeenCalledExactlyOnceWith({ stage: 'sweep', done: 1, total: 2, unit: 'points' });
    expect(onPoints).toHaveBeenCalledExactlyOnceWith({ xyz: new Float32Array(3), rgb: Uint8Array.of(1, 2, 3) });
    engine.dispose();
  });

  it('that throw end the call with what they threw, and stop it in the worker', async () => {
    const stopped = vi.fn();
    const { engine } = await engineWith({
      async segment(_prompt, call) {
        try {
          for (;;) {
            call!.onProgress!({ stage: 'segment', done: 0, total: 1 });
            await new Promise((resolve) => setTimeout(resolve, 1));
          }
        } finally {
          stopped();
        }
      },
    });
    const session = await engine.open(pixel);
    const failure = new Error('the page has no such element');
    const onProgress = () => {
      throw failure;
    };
    await expect(session.segment({}, { onProgress })).rejects.toBe(failure);
    await vi.waitFor(() => expect(stopped).toHaveBeenCalled());
    engine.dispose();
  });

  it('of the options hear of the creation', async () => {
    const [onProgress, onNotice] = [vi.fn(), vi.fn()];
    const create = (options: EngineOptions) => {
      options.onProgress!({ stage: 'download', done: 1, total: 1 });
      options.onNotice!('a notice');
      return Promise.resolve(new StandInEngine());
    };
    const engine = await createWorkerEngine({ worker: new FakeWorker(create).asWorker(), onProgress, onNotice });
    expect(onProgress).toHaveBeenCalledWith({ stage: 'download', done: 1, total: 1 });
    expect(onNotice).toHaveBeenCalledWith('a notice');
    engine.dispose();
  });
});

describe('a signal', () => {
  it('stops the call, which throws its reason', async () => {
    const { engine } = await engineWith({
      async segment(_prompt, call) {
        await untilAborted(call!.signal!);
        throw call!.signal!.reason;
      },
    });
    const session = await engine.open(pixel);
    const controller = new AbortController();
    const stopped = session.segment({}, { signal: controller.signal });
    const reason = new Error('the user clicked elsewhere');
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    engine.dispose();
  });

  it('of a sweep lets it return what it has', async () => {
    const { engine } = await engineWith({
      async complete(_seen, _options, call) {
        await untilAborted(call!.signal!);
        return fakeObject(true);
      },
    });
    const session = await engine.open(pixel);
    const controller = new AbortController();
    const object = session.complete({} as never, {}, { signal: controller.signal });
    controller.abort();
    expect((await object).partial).toBe(true);
    engine.dispose();
  });

  it('that was aborted before sends nothing', async () => {
    const { engine, worker } = await engineWith({ segment: never });
    const session = await engine.open(pixel);
    const before = worker.received.length;
    await expect(session.segment({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(worker.received).toHaveLength(before);
    engine.dispose();
  });
});

describe('errors', () => {
  it('keep their class and what to do', async () => {
    const failures = [new PromptError('The box is outside.'), new UserError('No file.', { hint: 'Choose one.' })];
    const { engine } = await engineWith({ segment: () => Promise.reject(failures.shift()!) });
    const session = await engine.open(pixel);
    const prompt = await session.segment({}).catch((error: unknown) => error);
    expect(prompt).toBeInstanceOf(PromptError);
    expect(prompt).toMatchObject({ name: 'PromptError', message: 'The box is outside.' });
    const user = await session.segment({}).catch((error: unknown) => error);
    expect(user).toBeInstanceOf(UserError);
    expect(user).toMatchObject({ message: 'No file.', hint: 'Choose one.' });
    engine.dispose();
  });

  it('of the creation end the worker', async () => {
    const worker = new FakeWorker(() => Promise.reject(new DeviceError('No device.')));
    await expect(createWorkerEngine({ worker: worker.asWorker() })).rejects.toBeInstanceOf(DeviceError);
    expect(worker.terminated).toBe(true);
  });
});

describe('the pace', () => {
  it('changes while a call runs', async () => {
    const { engine, inWorker } = await engineWith({ segment: never });
    const session = await engine.open(pixel);
    const running = session.segment({}).catch((error: unknown) => error);
    engine.pace(8);
    await vi.waitFor(() => expect(inWorker.paces).toEqual([8]));
    expect(() => engine.pace(0)).toThrow(OptionError);
    expect(() => engine.pace(0)).toThrow('pace: submissionMs is 0. Give a number of milliseconds above 0.');
    engine.dispose();
    expect(await running).toBeInstanceOf(DeviceError);
  });
});

describe('the end', () => {
  /** Whether a promise has settled. */
  const isSettled = (promise: Promise<unknown>) =>
    Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(resolve, 0, false))]);

  it('by dispose rejects pending and later calls, and is no loss', async () => {
    const { engine, worker } = await engineWith({ segment: never });
    const session = await engine.open(pixel);
    const pending = expect(session.segment({})).rejects.toThrow('The engine was disposed; create a new engine.');
    engine.dispose();
    await pending;
    await expect(engine.open(pixel)).rejects.toBeInstanceOf(DeviceError);
    session.close();
    expect(worker.terminated).toBe(true);
    expect(await isSettled(engine.lost)).toBe(false);
  });

  it('by a crash rejects pending and later calls, and is a loss', async () => {
    const { engine, worker } = await engineWith({ segment: never });
    const session = await engine.open(pixel);
    const pending = session.segment({}).catch((error: unknown) => error);
    worker.fail('out of memory');
    expect(await pending).toBeInstanceOf(DeviceError);
    expect(await pending).toHaveProperty('message', expect.stringContaining('worker crashed: out of memory'));
    expect(await engine.lost).toBe(await pending);
    await expect(session.depth()).rejects.toBe(await pending);
    expect(worker.terminated).toBe(true);
  });

  it('by a message that cannot be read is a crash', async () => {
    const { engine, worker } = await engineWith();
    worker.dispatchEvent(new MessageEvent('messageerror'));
    expect((await engine.lost).message).toContain('a message could not be read');
  });

  it('by a lost device is told', async () => {
    const { engine, inWorker } = await engineWith();
    inWorker.lose(new DeviceError('The device was lost.'));
    const lost = await engine.lost;
    expect(lost).toBeInstanceOf(DeviceError);
    expect(lost.message).toBe('The device was lost.');
    engine.dispose();
  });
});

describe('a worker that does not start', () => {
  it.each([
    ['has no file', undefined, 'its file is missing or has an error'],
    ['has an error in its file', 'SyntaxError: Unexpected token', 'SyntaxError: Unexpected token'],
  ])('because it %s says what to do', async (_, message, reason) => {
    const worker = new FakeWorker();
    const engine = createWorkerEngine({ worker: () => worker.asWorker() });
    worker.fail(message);
    const error = await engine.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: `The engine's worker could not start: ${reason}.`,
      hint: expect.stringContaining('Copy node_modules/unflat/dist/worker.js next to the bundle') as string,
    });
    expect(worker.terminated).toBe(true);
  });

  it('because the browser refuses it says what to do', async () => {
    const worker = () => {
      throw new DOMException('The script is of another site.', 'SecurityError');
    };
    await expect(createWorkerEngine({ worker })).rejects.toMatchObject({
      name: 'UserError',
      message: "The engine's worker could not start: The script is of another site.",
    });
  });
});

describe('keeping weights', () => {
  it('is done by a worker, which ends then; an error says what is missing', async () => {
    const worker = new FakeWorker(() => Promise.reject(new Error('No engine is needed.')));
    const kept = keepWeights(new File(['x'], 'sam.pth'), { worker: worker.asWorker() });
    // There is no browser here that keeps files.
    await expect(kept).rejects.toThrow(UserError);
    await expect(kept).rejects.toThrow('keeps no files for this page');
    expect(worker.terminated).toBe(true);
  });

  it('asks for absolute addresses', async () => {
    vi.stubGlobal('location', { href: 'https://host/app/page.html' });
    const worker = new FakeWorker(() => Promise.reject(new Error('No engine is needed.')));
    await expect(keepWeights('../sam.pth', { worker: worker.asWorker() })).rejects.toThrow(UserError);
    expect(worker.received).toMatchObject([{ method: 'keepWeights', args: ['https://host/sam.pth', {}] }]);
  });
});

describe('options', () => {
  /** The options as they arrive in the worker. */
  async function arriving(options: WorkerEngineOptions): Promise<EngineOptions> {
    let arrived: EngineOptions = {};
    const worker = new FakeWorker((options) => {
      arrived = options;
      return Promise.resolve(new StandInEngine());
    });
    (await createWorkerEngine({ ...options, worker: worker.asWorker() })).dispose();
    return arrived;
  }

  it('cross, with addresses as the page means them', async () => {
    vi.stubGlobal('location', { href: 'https://host/app/page.html' });
    expect(await arriving({ precision: 'f16', submissionMs: 8 })).toEqual({ precision: 'f16', submissionMs: 8 });
    expect(await arriving({ weights: 'tiny', tinyUrl: 'tiny/' })).toEqual({
      weights: 'tiny',
      tinyUrl: 'https://host/app/tiny/',
    });
    expect(await arriving({ weights: 'synthetic:4' })).toEqual({ weights: 'synthetic:4' });
    expect(await arriving({ weights: '../w/' })).toEqual({ weights: 'https://host/w/' });
    expect(await arriving({ weights: ['stored:a b.safetensors', 'tiny'] })).toEqual({
      weights: ['stored:a b.safetensors', 'tiny'],
    });
    const file = new File(['weights'], 'sam.pth');
    const { weights } = await arriving({ weights: [file, new URL('https://else/where.pt'), 'zoe.pt'] });
    expect((weights as unknown[]).slice(1)).toEqual(['https://else/where.pt', 'https://host/app/zoe.pt']);
    expect((weights as Blob[])[0].size).toBe(7);
  });

  it('are checked before a worker starts', async () => {
    const worker = vi.fn<() => Worker>();
    const refused = (options: object) => expect(createWorkerEngine({ worker, ...options })).rejects;
    await refused({ wieghts: 'tiny' }).toThrow('createWorkerEngine has no option wieghts');
    await refused({ submissionMs: -1 }).toThrow('submissionMs is -1. Give a number of milliseconds above 0.');
    await refused({ weights: syntheticSet(1, presets.small) }).toBeInstanceOf(OptionError);
    await refused({ weights: syntheticSet(1, presets.small) }).toThrow('a WeightSet, which cannot cross to a worker');
    await refused({ worker: 7 }).toThrow('worker is 7. Give a Worker, or a function that starts one.');
    expect(worker).not.toHaveBeenCalled();
  });
});
