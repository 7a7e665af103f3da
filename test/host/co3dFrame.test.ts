/** A category in the files of CO3D, written by tools/reference/co3d.py. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame, findFrame, readFrames } from '../../src/host/node/co3dFrame.ts';
import { UserError } from '../../src/host/errors.ts';
import { cameraFor } from '../../src/io/index.ts';
import { visiblePoints } from '../../src/pipeline/points/geometry.ts';
import { wordsOf } from '../../src/pipeline/photo.ts';

const golden = fileURLToPath(new URL('../golden/co3d/', import.meta.url));
const annotations = join(golden, 'toyball', 'frame_annotations.jgz');

interface Expected {
  readonly mask: number;
  readonly depths: number;
  readonly points: readonly { readonly pixel: readonly [number, number]; readonly xyz: readonly number[] }[];
}
const expected = JSON.parse(readFileSync(join(golden, 'expected.json'), 'utf8')) as Record<string, Expected>;

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'unflat-co3d-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const read = async (key: string, path = annotations) => decodeFrame(path, findFrame(path, await readFrames(path), key));

/** A frame's annotation, as it stands in the file. */
type Entry = Record<'image' | 'mask' | 'depth' | 'viewpoint', Record<string, unknown>>;

/** The golden category with other annotations of frame 101_1_a/3. */
function changed(name: string, change: (frame: Entry) => void): string {
  const root = join(folder, name);
  cpSync(golden, root, { recursive: true });
  const path = join(root, 'toyball', 'frame_annotations.jgz');
  const list = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Entry[];
  change(list[0]);
  writeFileSync(path, gzipSync(JSON.stringify(list)));
  return path;
}

const failure = async (result: Promise<unknown>): Promise<UserError> => {
  const error: unknown = await result.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
};

describe('a frame of CO3D', () => {
  it.each(Object.keys(expected))('%s: its points are where the rays that made it met the ball', async (key) => {
    const { photo, mask, depth, camera } = await read(key);
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(expected[key].mask);
    expect(depth.meters.length - depth.missing).toBe(expected[key].depths);
    expect(photo.name).toBe(key.replace('/', '_'));
    for (const { pixel, xyz } of expected[key].points) {
      const only = new Uint8Array(mask.length);
      only[pixel[1] * photo.width + pixel[0]] = 1;
      const found = visiblePoints(wordsOf(photo), only, { depth: depth.meters, camera }).xyz;
      // Halves have 11 bits: up to a part in 2048.
      expect(found).toHaveLength(3);
      found.forEach((value, k) => expect(Math.abs(value - xyz[k])).toBeLessThan(Math.abs(xyz[2]) / 2048));
    }
  });

  it('has a camera that follows a photo that was reduced', () => {
    const viewpoint = { intrinsics: { fx: 100, fy: 80, cx: 32, cy: 24 } };
    const size = { width: 64, height: 48 };
    expect(cameraFor(viewpoint, size, size)).toEqual({ fx: 100, fy: 80, cx: 31.5, cy: 23.5 });
    expect(cameraFor(viewpoint, size, { width: 32, height: 24 })).toEqual({ fx: 50, fy: 40, cx: 15.5, cy: 11.5 });
  });
});

describe('what is wrong with a category', () => {
  it('names the nearest frames', async () => {
    expect((await failure(read('101_1_a/4'))).message).toMatch(
      /cannot be used\. There is no frame 101_1_a\/4\. Sequence 101_1_a has 2 frames; the nearest are 3, 8\.$/,
    );
    expect((await failure(read('202_9/0'))).message).toContain(
      'There is no sequence 202_9 among 2. The most similar names are 202_2_b, 101_1_a. A frame is called SEQUENCE/NUMBER.',
    );
    expect((await failure(read('frame000007'))).message).toContain('A frame is called SEQUENCE/NUMBER.');
  });

  it('says which file is missing, and where the files belong', async () => {
    const none = await failure(read('101_1_a/3', join(folder, 'nowhere', 'frame_annotations.jgz')));
    expect(none.message).toContain('cannot be read: there is no such file or folder.');
    expect(none.hint).toContain('frame_annotations.jgz in the folder of a category');
    const path = changed('moved', () => undefined);
    renameSync(join(folder, 'moved', 'toyball', '101_1_a'), join(folder, 'moved', 'toyball', 'other'));
    const moved = await failure(read('101_1_a/3', path));
    expect(moved.message).toMatch(/^The photo .*images\/frame000007\.jpg cannot be read: there is no such file/);
    expect(moved.hint).toContain(join('moved', 'CATEGORY', 'SEQUENCE', 'images'));
  });

  it.each<[name: string, change: Partial<Record<keyof Entry, Record<string, unknown>>>, message: string]>([
    [
      'format',
      { viewpoint: { intrinsics_format: 'pixels' } },
      'format "pixels"; ndc_isotropic and ndc_norm_image_bounds are',
    ],
    ['focal', { viewpoint: { focal_length: [2, -1] } }, 'focal lengths 2 and -1, which are not above 0'],
    ['point', { viewpoint: { principal_point: [0] } }, 'has no "principal_point" of 2 numbers'],
    ['path', { depth: { path: null } }, 'Frame 101_1_a/3 lacks one of'],
    ['scale', { depth: { scale_adjustment: 0 } }, 'a "scale_adjustment" above 0'],
    ['size', { image: { size: [48, 63] } }, 'has 64 x 48 pixels, but its annotation says 63 x 48'],
    ['mask', { mask: { path: 'toyball/202_2_b/masks/frame000001.png' } }, 'has 40 x 56 pixels'],
    ['other', { depth: { path: 'toyball/101_1_a/masks/frame000007.png' } }, 'must be a 16-bit gray PNG'],
  ])('%s', async (name, change, message) => {
    const path = changed(name, (frame) => {
      for (const [part, fields] of Object.entries(change)) Object.assign(frame[part as keyof Entry], fields);
    });
    expect((await failure(read('101_1_a/3', path))).message).toContain(message);
  });

  it('a frame without depth', async () => {
    const path = changed('none', (frame) => Object.assign(frame, { depth: null }));
    expect((await failure(read('101_1_a/3', path))).message).toContain('Frame 101_1_a/3 has no "depth"');
  });

  it('refuses files that are no annotations', async () => {
    const path = join(folder, 'wrong.jgz');
    const wrong = async (bytes: Uint8Array): Promise<string> => {
      writeFileSync(path, bytes);
      return (await failure(readFrames(path))).message;
    };
    expect(await wrong(Buffer.from('not compressed'))).toContain('cannot be decompressed');
    expect(await wrong(readFileSync(annotations).subarray(0, 200))).toContain('cannot be decompressed');
    expect(await wrong(gzipSync('{'))).toContain('The annotations are not JSON.');
    expect(await wrong(gzipSync('[{"sequence_name": 3}]'))).toContain('not a list of frames');
    expect(await wrong(readFileSync(join(golden, 'toyball', 'sequence_annotations.jgz')))).toContain(
      'not a list of frames',
    );
  });
});
