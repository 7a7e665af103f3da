/** Many photos: lists, results, resuming, parts and archives, with a stand-in for the engine. */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unpackTar } from 'modern-tar';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseShard } from '../../src/cli/batch.ts';
import type { ResultLine } from '../../src/cli/work/batch/results.ts';
import { isInShard, shardOfScheduler } from '../../src/cli/work/batch/shard.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { HEIGHT, run, standIn, WIDTH } from '../setup/standInEngine.ts';

let folder: string;
let photos: string;
let out: string;

// The page view.html is built.
beforeAll(ensureBuild, 300_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-batch-'));
  photos = join(folder, 'photos');
  out = join(folder, 'out');
  await mkdir(join(photos, 'more'), { recursive: true });
  for (const name of ['a.png', 'b.png', 'more/c.png']) await picture(join(photos, name));
});
afterEach(() => rm(folder, { recursive: true }));

const picture = (path: string) =>
  sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#406080' } }).toFile(path);

const BOX = ['--box', '1,1,3,2'];

/** Runs a batch of a list; gives its lines, and how often the engine was asked. */
async function batch(list: string, options: string[] = [], engine = standIn()) {
  const { code, stdout, stderr } = await run(['batch', list, '-o', out, ...options], engine);
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ResultLine);
  return { code, stderr, lines, names: lines.map(({ name }) => name), asked: engine.asked };
}

async function listOf(lines: unknown[]): Promise<string> {
  const path = join(photos, 'list.jsonl');
  await writeFile(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'));
  return path;
}

describe('frames of CO3D', () => {
  it('are lines without a photo, and called like the frame', async () => {
    const co3d = join(import.meta.dirname, '../golden/co3d/toyball/frame_annotations.jgz');
    const list = await listOf([
      { co3d, frame: '101_1_a/8' },
      { co3d, frame: '202_2_b/0', name: 'ball' },
      { co3d, frame: '101_1_a/9' },
    ]);
    const { code, lines, asked } = await batch(list);
    expect(code).toBe(3);
    expect(lines).toMatchObject([
      { name: '101_1_a/8', status: 'done', photo: co3d },
      { name: 'ball', status: 'done' },
      { name: '101_1_a/9', status: 'failed' },
    ]);
    expect(lines[2].error!.message).toContain('the nearest are 8, 3.');
    expect(asked.options!.depth).toHaveLength(40 * 56);
    const wrong = await batch(await listOf([{ co3d }, { co3d, frame: 'a/1', box: [0, 0, 1, 1] }, { frame: 'a/1' }]));
    expect([wrong.code, wrong.lines]).toEqual([2, []]);
    expect(wrong.stderr).toContain('line 1: --co3d and --frame belong together.');
    expect(wrong.stderr).toContain("line 2: option '--co3d <frame_annotations.jgz>' cannot be used with");
    expect(wrong.stderr).toContain('line 3: "photo" must be the path of a photo.');
  });
});

describe('a folder', () => {
  it('gives a folder of files and a line for each photo', async () => {
    const { code, stderr, lines, asked } = await batch(photos, BOX);
    expect(code).toBe(0);
    expect(lines).toMatchObject([
      { name: 'a', status: 'done', points: 2, faces: 576 },
      { name: 'b', status: 'done' },
      { name: 'more/c', status: 'done', photo: join(photos, 'more/c.png') },
    ]);
    expect(await readdir(join(out, 'more/c'))).toEqual(
      expect.arrayContaining(['object.glb', 'mask.png', 'view.html', 'summary.json']),
    );
    expect((await readFile(join(out, 'results.jsonl'), 'utf8')).split('\n')).toHaveLength(4);
    expect([asked.created, asked.disposed, asked.opened]).toEqual([1, 1, 3]);
    expect(stderr).toContain('3 objects; 0 are there already.\n');
    expect(stderr).toMatch(/3 objects made in [\d.]+ s, [\d.]+ s each; 0 failed\.\n$/);
    expect(await readdir(out)).not.toContain('.batch.lock');
  });

  it('does not take its own results for photos', async () => {
    out = join(photos, 'out');
    await batch(photos, BOX);
    expect((await batch(photos, [...BOX, '--no-resume'])).names).toEqual(['a', 'b', 'more/c']);
  });

  it('keeps the endings of photos with one stem', async () => {
    await sharp(join(photos, 'a.png')).toFile(join(photos, 'a.jpg'));
    expect((await batch(photos, BOX)).names).toEqual(['a.jpg', 'a.png', 'b', 'more/c']);
  });

  it('takes a mask of a file by its number, in all photos or as a line says', async () => {
    const masks = join(photos, 'masks.json');
    const runs = (...counts: number[]) => ({ segmentation: { size: [HEIGHT, WIDTH], counts } });
    await writeFile(masks, JSON.stringify([runs(0, 12), runs(0, 3, 9)]));
    const engine = standIn();
    expect((await batch(join(photos, 'more'), ['--mask', masks, '--pick', '2'], engine)).code).toBe(0);
    expect([...engine.asked.options!.mask!]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    const list = await listOf([
      { photo: 'a.png', mask: 'masks.json', pick: 1 },
      { photo: 'b.png', mask: 'masks.json' },
    ]);
    const { code, lines } = await batch(list);
    expect([code, ...lines.map(({ status }) => status)]).toEqual([3, 'done', 'failed']);
    expect(lines[1].error!.message).toContain('holds 2 masks. Its masks:\n  1: 12 pixels in 0,0,3,2');
    const without = await batch(join(photos, 'more'), ['--pick', '2']);
    expect(without.lines[0].error!.message).toContain('--pick says which mask of a file, and there is no --mask.');
  });

  it('finds the mask of each photo', async () => {
    const masks = join(folder, 'masks');
    await mkdir(join(masks, 'more'), { recursive: true });
    for (const name of ['a.png', 'more/c.png']) {
      await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: 'white' } }).toFile(
        join(masks, name),
      );
    }
    const { code, lines } = await batch(photos, ['--masks', masks]);
    expect(code).toBe(3);
    expect(lines.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'done'],
      ['b', 'failed'],
      ['more/c', 'done'],
    ]);
    expect(lines[1].error!.message).toContain(`The mask ${join(masks, 'b.png')} cannot be read`);
  });

  it('writes only the files that are wanted', async () => {
    await batch(photos, [...BOX, '--only', 'object.glb,mask.png']);
    expect((await readdir(join(out, 'a'))).sort()).toEqual(['mask.png', 'object.glb', 'summary.json']);
  });

  it('without photos is no list', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const { code, stderr } = await batch(empty, BOX);
    expect([code, stderr]).toEqual([1, expect.stringContaining('has no photo (JPEG, PNG, WebP, TIFF, GIF).')]);
  });
});

describe('JSON lines', () => {
  it('have a photo, prompts, and the options of the command line', async () => {
    const list = await listOf([
      { photo: 'a.png', box: [1, 1, 3, 2], granularity: 0.2, gridBox: [-1, -1, -1, 1, 1, 1] },
      '',
      {
        photo: 'a.png',
        name: 'second',
        points: [
          [1, 1],
          [2, 2, 0],
        ],
        fov: 40,
        sweep: 'full',
      },
      { photo: join(photos, 'more/c.png') },
    ]);
    const engine = standIn();
    const all: unknown[] = [];
    const { code, names, asked } = await batch(list, ['--box', '0,0,2,2', '--temperature', '0.3'], {
      ...engine,
      createEngine: async (options) => {
        const created = await engine.createEngine(options);
        const open: typeof created.open = async (photo) => {
          const session = await created.open(photo);
          const { reconstruct } = session;
          session.reconstruct = (asked, call) => {
            all.push(asked);
            return reconstruct(asked, call);
          };
          return session;
        };
        return { ...created, open };
      },
    });
    expect(code).toBe(0);
    expect(names).toEqual(['a', 'second', 'c']);
    expect(all).toMatchObject([
      { box: [1, 1, 3, 2], granularity: 0.2, gridBox: { min: [-1, -1, -1], max: [1, 1, 1] }, temperature: 0.3 },
      {
        points: [
          { x: 1, y: 1, label: 1 },
          { x: 2, y: 2, label: 0 },
        ],
        fov: 40,
        sweep: 'full',
        temperature: 0.3,
      },
      { box: [0, 0, 2, 2], granularity: 0.05 },
    ]);
    expect(all[1]).not.toHaveProperty('box');
    // Two objects of one photo share a session.
    expect(asked.opened).toBe(2);
  });

  it('are all checked before anything runs, and named by their numbers', async () => {
    const list = await listOf([
      { photo: 'a.png', box: [1, 1, 3, 2] },
      'no JSON',
      { photo: 'a.png', name: 'x', box: [3, 1, 1, 2] },
      { box: [1, 1, 3, 2] },
      { photo: 'b.png', granularty: 0.1 },
      { photo: 'b.png', texture: 0, format: 'usdz' },
      [1],
    ]);
    const { code, stderr, asked } = await batch(list);
    expect([code, asked.created]).toEqual([2, 0]);
    for (const message of [
      'line 2: it is not JSON: no JSON',
      "line 3: option '--box <x0,y0,x1,y1>' argument '3,1,1,2' is invalid. The box is empty",
      'line 4: "photo" must be the path of a photo.',
      "line 5: unknown option '--granularty=0.1'",
      'line 6: --format usdz needs a texture',
      'And 1 more.',
    ]) {
      expect(stderr).toContain(message);
    }
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ['two objects of one name', ['a', 'A'], 'line 1 and line 2 have one name, A.'],
    ['a name that leads out of the folder', ['../a', 'b'], '"../a" cannot be the name of a folder.'],
    ['an absolute name', ['/a', 'b'], '"/a" cannot be the name of a folder.'],
  ])('refuse %s', async (_, [first, second], message) => {
    const { code, stderr } = await batch(
      await listOf([
        { photo: 'a.png', name: first },
        { photo: 'b.png', name: second },
      ]),
      BOX,
    );
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('go on after photos that fail', async () => {
    await writeFile(join(photos, 'broken.png'), 'no picture');
    const list = await listOf([{ photo: 'broken.png' }, { photo: 'none.png' }, { photo: 'a.png' }]);
    const { code, lines, stderr } = await batch(list, BOX);
    expect(code).toBe(3);
    expect(lines.map(({ status }) => status)).toEqual(['failed', 'failed', 'done']);
    expect(lines[1].error!.message).toContain('there is no such file or folder');
    expect(stderr).toContain('1 objects made');
    expect(stderr).toMatch(/2 failed\.\n {2}broken: The photo .* cannot be decoded/);
  });

  it('fail where nothing is found', async () => {
    const { code, lines } = await batch(photos, BOX, standIn({ empty: true }));
    expect(code).toBe(3);
    expect(lines[0]).toMatchObject({
      status: 'failed',
      error: { message: expect.stringMatching(/^No grid point/) as string },
    });
    expect(existsSync(join(out, 'a'))).toBe(false);
  });
});

describe('several objects of a photo', () => {
  const mug = { name: 'mug', box: [1, 1, 3, 2] };
  const labels = async (path: string) => {
    const values = Uint8Array.of(0, 0, 0, 0, 0, 1, 2, 0, 0, 4, 4, 0);
    await sharp(values, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
      .toColorspace('b-w')
      .toFile(path);
  };

  it('are a list of prompts, and become the same folder as those of reconstruct', async () => {
    const list = await listOf([
      {
        photo: 'a.png',
        objects: [
          mug,
          {
            points: [
              [1, 1],
              [0, 0, 0],
            ],
          },
        ],
        granularity: 0.1,
      },
    ]);
    const { code, lines, asked } = await batch(list, ['--box', '0,0,2,2']);
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ name: 'a', status: 'done', objects: ['mug', 'object-2'], points: 4, faces: 1152 }]);
    expect(lines[0]).not.toHaveProperty('failed');
    expect(asked.objects).toEqual([
      mug,
      {
        name: 'object-2',
        points: [
          { x: 1, y: 1, label: 1 },
          { x: 0, y: 0, label: 0 },
        ],
      },
    ]);
    expect(asked.scene).toMatchObject({ granularity: 0.1 });
    const alone = join(folder, 'alone');
    const words = ['--object', 'mug', '--box', '1,1,3,2', '--object', '--point', '1,1', '--point', '0,0,0'];
    await run(['reconstruct', join(photos, 'a.png'), ...words, '--granularity', '0.1', '-o', alone]);
    const files = async (path: string) => ((await readdir(path, { recursive: true })) as string[]).sort();
    expect(await files(join(out, 'a'))).toEqual(await files(alone));
    for (const file of ['scene.glb', 'mug/object.glb', 'view.html']) {
      expect((await readFile(join(out, 'a', file))).equals(await readFile(join(alone, file)))).toBe(true);
    }
    const summary = async (path: string) => JSON.parse(await readFile(join(path, 'summary.json'), 'utf8')) as object;
    const varying = { totalSeconds: 0, notices: [] };
    expect({ ...(await summary(join(out, 'a'))), ...varying }).toEqual({ ...(await summary(alone)), ...varying });
  });

  it('are masks of a file, of a line or of the command line, or all of a photo', async () => {
    await labels(join(photos, 'labels.png'));
    const engine = standIn();
    const names = async (line: object, options: string[] = []) => {
      await batch(await listOf([{ photo: 'a.png', ...line }]), [...options, '--no-resume'], engine);
      return engine.asked.objects!.map(({ name }) => name);
    };
    expect(await names({ mask: 'labels.png', pick: [4, 1] })).toEqual(['mask-4', 'mask-1']);
    expect(await names({ mask: 'labels.png', all: true, minArea: 2 }, BOX)).toEqual(['mask-4']);
    expect(await names({ all: true }, ['--mask', join(photos, 'labels.png'), '--min-area', '2'])).toEqual(['mask-4']);
    expect(engine.asked.everything).toBeUndefined();
    expect(await names({ all: true, mask: undefined })).toEqual(['mask-1']);
    expect(engine.asked.everything).toMatchObject({ predIouThresh: 0.7 });

    const { lines, asked } = await batch(join(photos, 'more'), ['--all', '--no-resume']);
    expect(lines).toMatchObject([{ name: 'more/c'.slice(5), objects: ['mask-1'] }]);
    expect(lines[0].notices!.join()).toContain('There are 1 masks: 1 of whole objects');
    expect(asked.options).toMatchObject({ granularity: 0.05 });
    // A prompt of the line replaces those of the command line.
    const single = await batch(await listOf([{ photo: 'a.png', box: [1, 1, 3, 2] }]), ['--all', '--no-resume']);
    expect([single.lines[0].objects, single.asked.options!.box]).toEqual([undefined, [1, 1, 3, 2]]);
  });

  it('are each found in the mask of their photo', async () => {
    const masks = join(folder, 'masks');
    await mkdir(masks);
    for (const name of ['a.png', 'b.png']) await labels(join(masks, name));
    await rm(join(photos, 'more'), { recursive: true });
    const { code, lines } = await batch(photos, ['--masks', masks, '--pick', '1,2']);
    expect([code, ...lines.map(({ objects }) => objects)]).toEqual([0, ['mask-1', 'mask-2'], ['mask-1', 'mask-2']]);
  });

  it('stay when some fail, which line, end and exit code say, and the exit code of the next run, too', async () => {
    const list = await listOf([{ photo: 'a.png', objects: [mug, { name: 'bowl', box: [0, 0, 2, 2] }] }]);
    const { code, lines, stderr } = await batch(list, [], standIn({ failed: ['bowl'] }));
    expect(code).toBe(3);
    expect(lines).toMatchObject([
      { status: 'done', objects: ['mug'], failed: [{ name: 'bowl', problem: 'The mask is too small.' }] },
    ]);
    expect(stderr).toContain('1 objects made in');
    expect(stderr).toContain('\n  a, bowl: The mask is too small.\n');
    expect(existsSync(join(out, 'a/bowl'))).toBe(false);
    const again = await batch(list);
    expect([again.code, again.lines]).toEqual([3, []]);

    const none = await batch(list, ['--no-resume'], standIn({ failed: ['mug', 'bowl'] }));
    expect([none.code, none.lines[0].status]).toEqual([3, 'failed']);
    expect(none.lines[0].error!.message).toBe(
      'None of the objects could be made.\n  mug: The mask is too small.\n  bowl: The mask is too small.',
    );
  });

  it('are made again when a mask of them changes, and leave no files of earlier ones', async () => {
    const mask = join(photos, 'labels.png');
    await labels(mask);
    const line = { photo: 'a.png', objects: [{ name: 'one', mask: 'labels.png', pick: 1 }] };
    await batch(await listOf([line]));
    expect((await batch(await listOf([line]))).names).toEqual([]);
    await utimes(mask, new Date(), new Date(1e12));
    expect((await batch(await listOf([line]))).names).toEqual(['a']);
    await batch(await listOf([{ ...line, objects: [{ ...line.objects[0], name: 'two' }] }]));
    expect(await readdir(join(out, 'a'))).toEqual(expect.arrayContaining(['scene.glb', 'two']));
    expect(await readdir(join(out, 'a'))).not.toContain('one');
    await batch(await listOf([{ photo: 'a.png', ...mug, name: 'a' }]));
    const files = await readdir(join(out, 'a'));
    expect(files).toContain('object.glb');
    expect(files).not.toEqual(expect.arrayContaining(['scene.glb']));
    expect(files).not.toContain('two');
  });

  it('stop on Ctrl-C, and are made whole by the next run', async () => {
    const list = await listOf([
      { photo: 'a.png', objects: [mug, { box: [0, 0, 2, 2] }] },
      { photo: 'b.png', ...mug },
    ]);
    const stopped = standIn({ stopped: ['object-2'], during: () => void process.emit('SIGINT') });
    const first = await batch(list, [], stopped);
    expect([first.code, first.names, existsSync(join(out, 'a'))]).toEqual([130, [], false]);
    expect((await batch(list)).names).toEqual(['a', 'mug']);
  });

  it('lie side by side in archives, as one sample', async () => {
    const list = await listOf([{ photo: 'a.png', objects: [mug, { name: 'b.c', box: [0, 0, 2, 2] }] }]);
    expect((await batch(list, ['--tar', '1', '--only', 'scene.glb,object.glb'])).code).toBe(0);
    const names = (await unpackTar(await readFile(join(out, '000000.tar')))).map(({ header }) => header.name);
    expect(names).toEqual(['a.mug.object.glb', 'a.b.c.object.glb', 'a.scene.glb', 'a.summary.json']);
  });

  it('are checked with their line', async () => {
    const wrong: [object, string][] = [
      [{ objects: [] }, 'line 1: "objects" must be a list such as'],
      [{ objects: [{ name: 'x' }] }, 'line 1: The object x has no prompt.'],
      [{ objects: [mug], box: [0, 0, 1, 1] }, 'line 1: each of "objects" has a prompt of its own. Leave "box" of the'],
      [{ objects: [{ ...mug, fov: 3 }] }, 'line 1: object 1 has "fov", and may have name, box, points, mask, pick.'],
      [{ objects: [{ ...mug, name: 'a/b' }] }, '"a/b" cannot be the name of a folder.'],
      [{ objects: [{ ...mug, box: [3, 1, 1, 2] }] }, 'The box is empty'],
      [{ all: true, pick: 3 }, "line 1: option '--all' cannot be used with option '--pick <number>'"],
      [{ minArea: 3, box: [0, 0, 1, 1] }, 'line 1: --min-area belongs to --all.'],
      [{ scene: true, all: true }, "line 1: option '--scene' cannot be used with option '--all'"],
      [{ all: {} }, 'line 1: "all" must be a number, a text, true or a list.'],
    ];
    for (const [line, message] of wrong) {
      const { code, stderr, asked } = await batch(await listOf([{ photo: 'a.png', ...line }]));
      expect([code, asked.created, stderr]).toEqual([2, 0, expect.stringContaining(message)]);
    }
    const inside = await batch(
      await listOf([
        { photo: 'a.png', objects: [mug] },
        { photo: 'b.png', name: 'A/mug', ...BOX },
      ]),
    );
    expect([inside.code, inside.stderr]).toEqual([2, expect.stringContaining('line 2')]);
  });
});

describe('scenes', () => {
  it('are lines or whole folders, with a network and a step of their own', async () => {
    const list = await listOf([
      { photo: 'a.png', scene: true },
      { photo: 'b.png', scene: true, granularity: 0.4 },
      { photo: 'more/c.png', scene: false },
    ]);
    const engine = standIn();
    const asked: unknown[] = [];
    let roles: unknown;
    const { code, lines } = await batch(list, BOX, {
      ...engine,
      createEngine: async (options) => {
        ({ roles } = options);
        const created = await engine.createEngine(options);
        const open: typeof created.open = async (photo) => {
          const session = await created.open(photo);
          const { reconstruct } = session;
          session.reconstruct = (one, call) => {
            asked.push([one.scene, one.granularity, one.box]);
            return reconstruct(one, call);
          };
          return session;
        };
        return { ...created, open };
      },
    });
    expect([code, roles]).toEqual([0, ['segment', 'depth', 'complete', 'scene']]);
    expect(asked).toEqual([
      [true, 0.2, undefined],
      [true, 0.4, undefined],
      [undefined, 0.05, [1, 1, 3, 2]],
    ]);
    expect(lines.map(({ faces }) => faces)).toEqual([undefined, undefined, 576]);
    expect(await readdir(join(out, 'a'))).not.toContain('object.glb');
    expect((await batch(join(photos, 'more'), ['--scene', '--no-resume'])).asked.options!.scene).toBe(true);
  });
});

describe('a COCO file', () => {
  const write = async (value: unknown) => {
    const path = join(photos, 'coco.json');
    await writeFile(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };
  const images = [{ id: 7, file_name: 'more/c.png' }];

  it('gives an object for each annotation, from its box', async () => {
    const list = await write({
      images,
      annotations: [
        { id: 1, image_id: 7, bbox: [1, 1, 2, 1] },
        { id: 5, image_id: 7, bbox: [0, 0, 1, 1] },
      ],
    });
    const { code, names, asked } = await batch(list);
    expect([code, names, asked.opened]).toEqual([0, ['more/c_1', 'more/c_5'], 1]);
    expect(asked.options!.box).toEqual([0, 0, 1, 1]);
  });

  it('gives an object for each annotation, from its mask where it has one', async () => {
    const all = [{ ...images[0], width: WIDTH, height: HEIGHT }];
    const bbox = [0, 0, 1, 1];
    const polygon = { id: 1, image_id: 7, segmentation: [[1, 0, 3, 0, 3, 1, 1, 1]] };
    const runs = { id: 'two', image_id: 7, bbox, segmentation: { size: [HEIGHT, WIDTH], counts: [9, 3] } };
    const wrong = { id: 3, image_id: 7, segmentation: { size: [9, 9], counts: [80, 1] } };
    const list = await write({ images: all, annotations: [polygon, runs, wrong] });
    const engine = standIn();
    const { code, names, lines } = await batch(list, [], engine);
    expect([code, names]).toEqual([3, ['more/c_1', 'more/c_two', 'more/c_3']]);
    expect([...engine.asked.options!.mask!]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(lines[2].error!.message).toBe(`The list ${list}, mask 3, has 9 x 9 pixels, but the photo has 4 x 3.`);
    // What is there stays, whatever happens to other masks of the list.
    await write({ images: all, annotations: [{ ...polygon, segmentation: [[0, 0, 3, 0, 3, 1, 0, 1]] }, runs] });
    expect((await batch(list)).names).toEqual(['more/c_1']);
    await write({ images: all, annotations: [{ ...runs, segmentation: [] }] });
    const boxes = await batch(list);
    expect([boxes.names, boxes.asked.options!.box]).toEqual([['more/c_two'], bbox]);
  });

  it('has one object per annotation', async () => {
    const list = await write({ images, annotations: [] });
    const { code, stderr } = await batch(list, ['--all']);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('is one object, and several of a photo are asked for.'),
    ]);
    expect(stderr).toContain('{"photo": "desk.jpg", "mask": ');
  });

  it.each([
    ['no JSON', '{', 'It is not JSON.'],
    [
      'with a segmentation of another kind',
      { images, annotations: [{ id: 1, image_id: 7, bbox: [0, 0, 1, 1], segmentation: 'abc' }] },
      'Annotation 1 has no "bbox" with an area, and no "segmentation" that',
    ],
    ['without annotations', { images }, 'It has no "images" and "annotations".'],
    ['with an image without a name', { images: [{ id: 1 }], annotations: [] }, 'Image 1 has no "id" and "file_name".'],
    [
      'with an empty box',
      { images, annotations: [{ id: 1, image_id: 7, bbox: [0, 0, 0, 1] }] },
      'Annotation 1 has no "bbox" with an area',
    ],
    [
      'with an unknown image',
      { images, annotations: [{ id: 1, image_id: 8, bbox: [0, 0, 1, 1] }] },
      'Annotation 1 is of an image 8',
    ],
  ])('is refused %s', async (_, value, message) => {
    const { code, stderr } = await batch(await write(value));
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('run again', () => {
  it('does not make what is there, but what failed, changed or was deleted', async () => {
    await writeFile(join(photos, 'broken.png'), 'no picture');
    await batch(photos, BOX);
    const again = await batch(photos, BOX);
    expect(again.names).toEqual(['broken']);
    expect(again.stderr).toContain('4 objects; 3 are there already.\n');
    expect(again.asked.opened).toBe(0);

    await picture(join(photos, 'broken.png'));
    await utimes(join(photos, 'a.png'), new Date(), new Date(1e12));
    await rm(join(out, 'more/c'), { recursive: true });
    expect((await batch(photos, BOX)).names).toEqual(['a', 'broken', 'more/c']);
    expect((await batch(photos, BOX)).names).toEqual([]);
    expect((await batch(photos, [...BOX, '--granularity', '0.2'])).names).toHaveLength(4);
    expect((await batch(photos, [...BOX, '--granularity', '0.2', '--no-resume'])).names).toHaveLength(4);
  });

  it('does not count a line that was cut off', async () => {
    await batch(photos, BOX);
    const results = join(out, 'results.jsonl');
    const [first] = (await readFile(results, 'utf8')).split('\n');
    await writeFile(results, first.slice(0, 40));
    expect((await batch(photos, BOX)).names).toEqual(['a', 'b', 'more/c']);
    expect((await batch(photos, BOX)).names).toEqual([]);
  });

  it('stops on Ctrl-C after the object that is whole, and goes on from there', async () => {
    let objects = 0;
    const stopped = standIn({ during: () => void (++objects === 2 && process.emit('SIGINT')) });
    const first = await batch(photos, BOX, stopped);
    expect([first.code, first.names]).toEqual([130, ['a']]);
    expect((await batch(photos, BOX)).names).toEqual(['b', 'more/c']);
  });
});

describe('a folder of results', () => {
  const lock = (name: string, owner: unknown) => writeFile(join(out, name), JSON.stringify(owner));

  it('belongs to one process', async () => {
    await mkdir(out);
    const other = { pid: process.ppid, host: hostname() };
    await lock('.batch.lock', other);
    const { code, stderr } = await batch(photos, BOX);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`Another batch is writing into ${out}: process ${process.ppid} on`),
    ]);
    expect((await batch(photos, [...BOX, '--shard', '1/2'])).code).toBe(1);
    await rm(join(out, '.batch.lock'));
    await lock('.batch.1-of-2.lock', other);
    expect((await batch(photos, [...BOX, '--shard', '1/2'])).code).toBe(1);
    expect((await batch(photos, [...BOX, '--shard', '1/3'])).code).toBe(1);
    expect((await batch(photos, [...BOX, '--shard', '2/2'])).code).toBe(0);
  });

  it('is taken over from a process that is dead', async () => {
    await mkdir(out);
    await lock('.batch.lock', { pid: 2 ** 30, host: hostname() });
    expect((await batch(photos, BOX)).code).toBe(0);
    await lock('.batch.lock', { pid: 1, host: 'another-machine' });
    expect((await batch(photos, BOX)).code).toBe(1);
    const before = new Date(Date.now() - 61_000);
    await utimes(join(out, '.batch.lock'), before, before);
    expect((await batch(photos, BOX)).code).toBe(0);
  });
});

describe('parts', () => {
  it('hold every object once, and the same when the list grows', async () => {
    const parts = ['1/3', '2/3', '3/3'];
    const first = [];
    for (const part of parts) first.push((await batch(photos, [...BOX, '--shard', part])).names);
    expect(first.flat().sort()).toEqual(['a', 'b', 'more/c']);
    await picture(join(photos, 'aa.png'));
    const added = [];
    for (const part of parts) added.push((await batch(photos, [...BOX, '--shard', part])).names);
    expect(added.flat()).toEqual(['aa']);
  });

  it('are about equal', () => {
    const names = Array.from({ length: 4000 }, (_, i) => `photo-${i}`);
    for (const index of [1, 2, 3, 4]) {
      const count = names.filter((name) => isInShard(name, { index, of: 4 })).length;
      // Binomial, 4000 x 1/4: standard deviation 27; five of them.
      expect(Math.abs(count - 1000)).toBeLessThan(137);
    }
  });

  it('are counted from 1', () => {
    expect(parseShard('2/8')).toEqual({ index: 2, of: 8 });
    for (const text of ['0/8', '9/8']) expect(() => parseShard(text)).toThrow('Parts are counted from 1/8 to 8/8.');
    for (const text of ['1', '1/', 'a/b', '-1/2']) expect(() => parseShard(text)).toThrow('Expected i/n');
  });

  it('come from the variables of schedulers', () => {
    const slurm = { SLURM_ARRAY_TASK_ID: '12', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_COUNT: '4' };
    expect(shardOfScheduler(slurm)).toEqual({ index: 3, of: 4 });
    expect(shardOfScheduler({ ...slurm, SLURM_ARRAY_TASK_STEP: '2' })).toEqual({ index: 2, of: 4 });
    expect(shardOfScheduler({ JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '3' })).toEqual({ index: 1, of: 3 });
    expect(shardOfScheduler({})).toBeUndefined();
    expect(() => shardOfScheduler({ JOB_COMPLETION_INDEX: '0' })).toThrow('the number of parts is missing');
    expect(() => shardOfScheduler({ ...slurm, SLURM_ARRAY_TASK_ID: '20' })).toThrow('part 11 of 4 does not exist');
    expect(() => shardOfScheduler({ ...slurm, SLURM_ARRAY_TASK_ID: 'x' })).toThrow('not a whole number');
  });
});

describe('archives', () => {
  it('hold the files of n objects side by side, and are whole', async () => {
    const { code, lines } = await batch(photos, [...BOX, '--tar', '2', '--only', 'object.glb']);
    expect(code).toBe(0);
    expect(lines.map(({ name, archive }) => [name, archive])).toEqual([
      ['a', '000000.tar'],
      ['b', '000000.tar'],
      ['more/c', '000001.tar'],
    ]);
    const entries = await unpackTar(await readFile(join(out, '000000.tar')));
    expect(entries.map(({ header }) => header.name)).toEqual([
      'a.object.glb',
      'a.summary.json',
      'b.object.glb',
      'b.summary.json',
    ]);
    expect(entries[0].data).toEqual(entries[2].data);
    expect((await readdir(out)).sort()).toEqual(['000000.tar', '000001.tar', 'results.jsonl']);
    expect((await batch(photos, [...BOX, '--tar', '2', '--only', 'object.glb'])).names).toEqual([]);
  });

  it('go on with the next number, also after an archive that was deleted', async () => {
    await batch(photos, [...BOX, '--tar', '2']);
    await rm(join(out, '000000.tar'));
    const { lines } = await batch(photos, [...BOX, '--tar', '2']);
    expect(lines.map(({ name, archive }) => [name, archive])).toEqual([
      ['a', '000002.tar'],
      ['b', '000002.tar'],
    ]);
  });

  it('are dropped with the process that wrote them, and made again', async () => {
    await mkdir(out);
    await appendFile(join(out, '.000000.tar.part'), 'half');
    await batch(photos, [...BOX, '--tar', '9']);
    expect((await readdir(out)).sort()).toEqual(['000000.tar', 'results.jsonl']);
  });
});

describe('memory', () => {
  it('holds a few objects, however many there are', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const list = await listOf(
      Array.from({ length: 200 }, (_, i) => ({ photo: i % 2 === 0 ? 'a.png' : 'b.png', name: `object-${i}` })),
    );
    const engine = standIn();
    const results: WeakRef<WeakKey>[] = [];
    let most = 0;
    const createEngine: typeof engine.createEngine = async (options) => {
      const created = await engine.createEngine(options);
      const open: typeof created.open = async (photo) => {
        const session = await created.open(photo);
        const { reconstruct } = session;
        session.reconstruct = async (asked, call) => {
          if (results.length % 100 === 0) {
            collect();
            most = Math.max(most, results.filter((result) => result.deref() !== undefined).length);
          }
          const result = await reconstruct(asked, call);
          results.push(new WeakRef<WeakKey>(result), new WeakRef<WeakKey>(photo as object));
          return result;
        };
        return session;
      };
      return { ...created, open };
    };
    const { code, lines } = await batch(list, [...BOX, '--only', 'mask.png'], { ...engine, createEngine });
    expect([code, lines.length]).toEqual([0, 200]);
    expect(results).toHaveLength(400);
    // The object that is made, the one that is written, and the next photo.
    expect(most).toBeLessThanOrEqual(8);
  }, 120_000);
});

describe('a device that is lost again and again', () => {
  it('ends the batch, and says so', async () => {
    const lost = Object.assign(new Error('The device was lost 3 times in a row.'), { name: 'DeviceLostError' });
    const { code, stderr, asked } = await batch(photos, BOX, standIn({ fail: lost }));
    expect([code, asked.created, asked.disposed]).toEqual([1, 1, 1]);
    expect(stderr).toContain('error: The device was lost 3 times in a row.');
  });

  it('in a sweep ends the batch, too: half an object is none', async () => {
    const problem = 'The device was lost 3 times in a row.';
    const { code, stderr, names } = await batch(photos, BOX, standIn({ partial: true, problem }));
    expect([code, names]).toEqual([1, []]);
    expect(stderr).toContain(`error: ${problem}`);
  });
});
