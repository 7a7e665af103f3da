/** A lost device is replaced, and the work goes on: `npm run test:loss` does the same at many random moments. */
import { afterEach, describe, expect, it } from 'vitest';
import { Engine } from '../../src/pipeline/engine.ts';
import { DeviceLostError } from '../../src/pipeline/deviceLost.ts';
import { syntheticSet } from '../../src/pipeline/registry.ts';
import type { CallOptions } from '../../src/pipeline/session/stages.ts';
import { differences } from '../../tools/reliability/differences.ts';
import { LossTrials } from '../../tools/reliability/lossTrials.ts';
import { smallConfigs, smallPhoto } from '../../tools/reliability/smallRun.ts';
import { WatchedGpu } from '../../tools/reliability/watchedGpu.ts';
import { openDevice } from '../setup/evaluate.ts';

const photo = smallPhoto();
const pixels = photo.width * photo.height;
const mask = new Uint8Array(pixels).fill(1, pixels / 4);
const depth = Float32Array.from({ length: pixels }, (_, i) => 2 + (i % 7) / 10);
const OPTIONS = { mask, depth, granularity: 0.6, threshold: 0.5, mesh: false, render: false, sweep: 'full' } as const;

let gpu: WatchedGpu | undefined;
afterEach(() => gpu?.end());

async function engineThatLoses(): Promise<{ engine: Engine; lose: () => void }> {
  const watched = (gpu = new WatchedGpu(() => undefined));
  const engine = new Engine({
    device: await openDevice(),
    openDevice: () => openDevice(),
    weights: syntheticSet(4, smallConfigs),
  });
  return { engine, lose: () => watched.lose() };
}

it('gives the same bits as without a loss, wherever the device is lost', async () => {
  const trials = new LossTrials(() => openDevice(), 'object');
  await trials.undisturbed();
  for (const seed of [5, 6, 7]) {
    const { different, error, stages, notices } = await trials.trial(seed);
    expect({ different, error }).toEqual({ different: [], error: undefined });
    expect(notices.length).toBe(stages.length);
  }
});

describe('an engine whose device is lost', () => {
  it('goes on with a sweep after the points that are done, and says so', async () => {
    const { engine, lose } = await engineThatLoses();
    const usual = await engine.reconstruct(photo, OPTIONS);
    const notices: string[] = [];
    const points: number[] = [];
    let isLost = false;
    const disturbed = await engine.reconstruct(
      photo,
      { ...OPTIONS, onPoints: ({ rgb }) => void points.push(rgb.length / 3) },
      {
        onNotice: (line) => notices.push(line),
        onProgress: ({ stage, done }) => {
          if (stage !== 'sweep' || isLost || done === 0) return;
          isLost = true;
          lose();
        },
      },
    );
    const { seconds } = disturbed;
    expect(differences({ ...usual, seconds }, disturbed)).toEqual([]);
    expect(points.reduce((sum, n) => sum + n)).toBe(usual.object.rgb.length / 3);
    expect(notices).toEqual([
      expect.stringMatching(/^The device was lost \(.*\. On a new one, the sweep goes on after \d+ points\.$/),
    ]);
    engine.dispose();
  });

  it('is replaced at the next call if that happened while nobody used it', async () => {
    const { engine, lose } = await engineThatLoses();
    const session = engine.open(photo);
    const seen = await session.points(mask, { meters: depth });
    lose();
    expect(differences(seen, await session.points(mask, { meters: depth }))).toEqual([]);
    engine.dispose();
  });

  it('ends a sweep after three losses in a row with what it has, and works afterwards', async () => {
    const { engine, lose } = await engineThatLoses();
    let isUnlucky = false;
    const call: CallOptions = {
      onProgress: ({ stage, done, total }) => {
        if (stage === 'sweep' && done > total / 4) isUnlucky = true;
        // From then on no device lives until the next chunk.
        if (isUnlucky) lose();
      },
    };
    const { object, mesh, preview } = await engine.reconstruct(photo, { ...OPTIONS, mesh: true, render: true }, call);
    expect([object.partial, mesh, preview]).toEqual([true, undefined, undefined]);
    expect(object.problem).toMatch(/^The device was lost 3 times in a row\. [^]*What was finished is kept\./);
    expect(object.swept.queries).toBeLessThan(object.swept.of);
    expect(object.xyz.length).toBeGreaterThan(0);
    await expect(engine.lost).resolves.toBeInstanceOf(DeviceLostError);
    isUnlucky = false;
    expect((await engine.reconstruct(photo, OPTIONS)).object.partial).toBe(false);
    engine.dispose();
  });

  it('ends an earlier stage with an error that has what was finished', async () => {
    const { engine, lose } = await engineThatLoses();
    const call: CallOptions = { onProgress: ({ stage }) => void (stage === 'load MCC' && lose()) };
    const error = await engine.reconstruct(photo, OPTIONS, call).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeviceLostError);
    expect((error as DeviceLostError).found).toMatchObject({ mask, depth: { meters: depth } });
    engine.dispose();
  });

  it('ends a call that was stopped, and asks for no other device', async () => {
    const { engine, lose } = await engineThatLoses();
    const controller = new AbortController();
    const onProgress = (): void => {
      controller.abort();
      lose();
    };
    const stopped = engine.reconstruct(photo, OPTIONS, { signal: controller.signal, onProgress });
    await expect(stopped).rejects.toThrow();
    engine.dispose();
    await expect(engine.depth(photo)).rejects.toThrow(/was disposed/);
  });
});
