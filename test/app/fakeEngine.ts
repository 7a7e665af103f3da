/**
 * An engine that answers at once, with results of the real types that look like those of a photo: masks are discs around the
 * prompted points, the depth is a ramp with a ball in front of it, and the object is a ball behind the mask.
 */
import type { EngineCalls, SessionCalls } from '../../src/host/engine.ts';
import { decodePhoto, type PhotoSource } from '../../src/host/web/image.ts';
import type { EngineOptions } from '../../src/host/web/options.ts';
import { DeviceError } from '../../src/graph/errors.ts';
import { focalOf, intrinsicsOf } from '../../src/pipeline/camera.ts';
import { wordsOf, type Photo } from '../../src/pipeline/photo.ts';
import { visiblePoints } from '../../src/pipeline/points/geometry.ts';
import { expectObject, inDecoded } from '../../src/pipeline/session/options.ts';
import type { CallOptions } from '../../src/pipeline/session/stages.ts';
import { ballMesh, ballObject, depthOf, discMasks, frameOf, nestedMasks } from './fakeResults.ts';
import type { Script } from './script.ts';

/** @returns the function that takes the place of `createEngine` */
export const fakeEngine =
  (script: Script) =>
  async (options: EngineOptions): Promise<EngineCalls<PhotoSource>> => {
    await script.run('create', [options.weights], options, ['download']);
    let lose!: (error: DeviceError) => void;
    const lost = new Promise<DeviceError>((resolve) => (lose = resolve));
    script.onLost((error) => lose(error));
    return {
      lost,
      async open(source) {
        await script.run('open', []);
        return session(source instanceof Blob ? await decodePhoto(source) : source, script);
      },
      describe: () => ({
        ...{ adapter: 'fake adapter', adapterClass: 'software', precision: 'f32', weights: 'tiny' },
        seconds: {},
      }),
      pace: (ms) => script.note('pace', [ms]),
      dispose: () => undefined,
    };
  };

function session(photo: Photo, script: Script): SessionCalls {
  const step = (
    name: Parameters<Script['run']>[0],
    args: readonly unknown[],
    call?: CallOptions,
    stages: readonly string[] = [name],
  ) => script.run(name, args, call, stages);
  return {
    photo,
    encode: (call) => step('encode', [], call, ['load SAM', 'segment']),
    async segment(prompt, call) {
      expectObject(photo, prompt);
      await step('segment', [prompt], call);
      const masks = discMasks(photo, inDecoded(photo, prompt));
      const candidates = masks.map((mask, i) => ({
        ...{ mask, quality: 0.95 - 0.1 * i, stability: 0.9, lowRes: new Float32Array(1) },
      }));
      return { candidates, chosen: 0 };
    },
    async everything(options, call) {
      await step('everything', [options], call, ['masks']);
      return nestedMasks(photo);
    },
    async depth(camera = {}, call) {
      await step('depth', [camera], call, ['load ZoeDepth', 'depth']);
      const focal = focalOf(photo, camera);
      return { meters: depthOf(photo), camera: intrinsicsOf(photo, focal.pixels), estimated: true, focal };
    },
    async points(mask, depth, call) {
      await step('points', [mask.reduce((sum, value) => sum + value)], call);
      if ('xyz' in depth) throw new TypeError('The fake engine takes no point maps.');
      const cloud = visiblePoints(wordsOf(photo), mask, { depth: depth.meters, camera: depth.camera! });
      const count = cloud.rgb.length / 3;
      const box = { top: 0, bottom: photo.height, left: 0, right: photo.width };
      return {
        ...{ cloud, rgb: new Float32Array(3), xyz: new Float32Array(3), valid: Uint32Array.of(1) },
        role: 'complete',
        normalization: frameOf(cloud),
        crop: { box, side: photo.width, maskCount: count, pointCount: count, validCount: 1 },
      };
    },
    scenePoints: () => Promise.reject(new TypeError('The page has no scenes.')),
    async complete(seen, options = {}, call = {}) {
      const object = ballObject(seen.normalization, options.granularity!);
      const partial = await script.sweep(options.granularity!, object, options.onPoints, call);
      return partial ?? object;
    },
    async mesh(object, _seen, options, call) {
      await step('mesh', [object.threshold, options], call);
      return script.hasMesh ? ballMesh(object.normalization, script.facts) : undefined;
    },
    reconstruct: () => Promise.reject(new TypeError('The page takes the steps one by one.')),
    objects: () => Promise.reject(new TypeError('The page takes the steps one by one.')),
    close: () => script.note('close', []),
  };
}
