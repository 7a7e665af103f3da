/** `reconstruct` with several objects: what it asks, writes and says, with a stand-in for the engine. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebIO } from '@gltf-transform/core';
import { validateBytes } from 'gltf-validator';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PageData } from '../../src/io/viewPage.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { HEIGHT, run, standIn, WIDTH } from '../setup/standInEngine.ts';

let folder: string;
let out: string;
let photo: string;
let labels: string;

beforeAll(ensureBuild, 300_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-scene-'));
  photo = join(folder, 'photo.png');
  out = join(folder, 'out');
  labels = join(folder, 'labels.png');
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#406080' } }).toFile(photo);
  const values = Uint8Array.of(0, 0, 0, 0, 0, 1, 2, 0, 0, 4, 4, 0);
  await sharp(values, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .toColorspace('b-w')
    .toFile(labels);
});
afterEach(() => rm(folder, { recursive: true }));

const make = (words: string[], engine = standIn()) => run(['reconstruct', photo, ...words, '-o', out], engine);
const summary = async () =>
  JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, unknown> & { notices: string[] };
const files = async () => ((await readdir(out, { recursive: true })) as string[]).sort();

const TWO = ['--object', 'mug', '--box', '1,1,3,2', '--object', '--point', '1,1', '--point', '0,0,0'];
const OF_OBJECT = ['mask.png', 'object.glb', 'object.ply', 'points.glb', 'preview.png', 'seen.ply'];

describe('several objects', () => {
  it('are asked for in groups, and written as one scene with a folder for each', async () => {
    const engine = standIn();
    const { code, stdout, stderr } = await make(TWO, engine);
    expect(code).toBe(0);
    expect(engine.asked.opened).toBe(1);
    expect(engine.asked.objects).toEqual([
      { name: 'mug', box: [1, 1, 3, 2] },
      {
        name: 'object-2',
        points: [
          { x: 1, y: 1, label: 1 },
          { x: 0, y: 0, label: 0 },
        ],
      },
    ]);
    expect(engine.asked.scene).toMatchObject({ faces: 50_000, fuseDepth: true });
    const names = ['mug', 'object-2'].flatMap((name) => [name, ...OF_OBJECT.map((file) => join(name, file))]);
    const beside = [
      'depth.png',
      'depth_preview.png',
      'mask.png',
      'preview.png',
      'scene.glb',
      'summary.json',
      'view.html',
    ];
    expect(await files()).toEqual([...beside, ...names].sort());
    expect(stdout).toContain(`${join(out, 'scene.glb')}\n`);
    expect(stderr).toMatch(/2 objects in .*: mug, object-2\./);

    const bytes = await readFile(join(out, 'scene.glb'));
    expect((await validateBytes(bytes)).issues.messages).toEqual([]);
    const root = (await new WebIO().readBinary(bytes)).getRoot();
    expect(root.listNodes().map((node) => [node.getName(), node.getMesh()!.getName()])).toEqual([
      ['mug', 'mug'],
      ['object-2', 'object-2'],
    ]);
    // The same place as in the file of the object alone: the frame of the camera.
    const alone = (await new WebIO().readBinary(await readFile(join(out, 'mug', 'object.glb')))).getRoot();
    const positions = (mesh: ReturnType<typeof root.listMeshes>[0]) =>
      mesh.listPrimitives()[0].getAttribute('POSITION')!.getArray();
    expect(positions(root.listMeshes()[0])).toEqual(positions(alone.listMeshes()[0]));

    const text = await readFile(join(out, 'view.html'), 'utf8');
    const page = JSON.parse(/id="data">(.*)<\/script>/.exec(text)![1]) as PageData;
    expect(page).toMatchObject({ objects: ['mug', 'object-2'], object: { total: 4 }, seen: { total: 4 } });
    expect(page.mesh).toBe(bytes.toString('base64'));
    expect(await summary()).toMatchObject({
      objects: [
        { name: 'mug', prompt: { box: [1, 1, 3, 2] }, mesh: { faces: 576 } },
        { name: 'object-2', points: { object: 2 } },
      ],
      ...{ failed: [], stopped: [] },
    });
  });

  it('are masks of a file by --pick, or all of them by --all', async () => {
    const engine = standIn();
    await make(['--mask', labels, '--pick', '4,1'], engine);
    expect(engine.asked.objects!.map(({ name, mask }) => [name, mask!.indexOf(1)])).toEqual([
      ['mask-4', 9],
      ['mask-1', 5],
    ]);
    const { stderr } = await make(['--mask', labels, '--all', '--min-area', '2'], engine);
    expect(engine.asked.objects!.map(({ name }) => name)).toEqual(['mask-4']);
    expect(stderr).toContain(
      'There are 3 masks: 1 of whole objects, 2 too small, 0 of the background, 0 of several objects, 0 parts of others.',
    );
    expect(stderr).toContain('Files of the earlier result that this one does not have were deleted: mask-1/');
    expect(await files()).not.toContain('mask-1');
  });

  it('are found by SAM with --all alone, with lower limits for the tiny weights', async () => {
    const engine = standIn();
    expect((await make(['--all'], engine)).code).toBe(0);
    expect(engine.asked.everything).toMatchObject({ predIouThresh: 0.7 });
    expect(engine.asked.objects!.map(({ name }) => name)).toEqual(['mask-1']);
    const none = await make(['--all'], standIn({ empty: true }));
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('error: No mask was found in the photo.\n  Give a smaller --min-area, or say which');
  });

  it('that fail are named, and the others are written', async () => {
    const { code, stderr } = await make(TWO, standIn({ failed: ['mug'] }));
    expect(code).toBe(3);
    expect(stderr).toContain('mug could not be made: The mask is too small.\n');
    expect(await summary()).toMatchObject({ failed: [{ name: 'mug' }], objects: [{ name: 'object-2' }] });
    expect(await files()).not.toContain('mug');

    await rm(out, { recursive: true });
    const none = await make(TWO, standIn({ failed: ['mug', 'object-2'] }));
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('None of the objects could be made.\n  mug: The mask is too small.');
    expect(await readdir(folder)).not.toContain('out');
  });

  it('that are whole stay after Ctrl-C', async () => {
    const { code, stderr } = await make(
      TWO,
      standIn({ stopped: ['object-2'], during: () => void process.emit('SIGINT') }),
    );
    expect(code).toBe(130);
    expect(stderr).toContain('Stopped by Ctrl-C: object-2 not made. What is there is whole.');
    expect(await files()).toContain(join('mug', 'object.glb'));
  });

  it('give way to a single object, whose folder keeps what somebody else put there', async () => {
    await make(TWO);
    await writeFile(join(out, 'mug', 'notes.txt'), 'mine');
    expect((await make(['--box', '1,1,3,2'])).code).toBe(0);
    const left = await files();
    expect(left.filter((name) => /mug|object-2|scene/.test(name))).toEqual(['mug', join('mug', 'notes.txt')]);
  });
});

describe('what cannot be', () => {
  it.each([
    [['--object', '--box', '1,1,3,2', '--object'], 'Object 2 has no prompt.'],
    [['--box', '1,1,3,2', '--object', 'mug', '--point', '1,1'], '--box comes before the first --object.'],
    [['--object', 'a/b', '--point', '1,1'], 'cannot be the name of a folder'],
    [['--object', 'con', '--point', '1,1'], 'cannot be the name of a folder'],
    [
      ['--object', 'Mug', '--point', '1,1', '--object', 'mug', '--point', '2,1'],
      'Object 1 and object 2 have one name, mug.',
    ],
    [
      ['--object', 'mask.png', '--point', '1,1'],
      'No object can be called mask.png: a file of the result has this name.',
    ],
    [['--object', 'mug', '--box', '1,1,3,2', '--box', '0,0,2,2'], 'There is more than one --box.'],
    [
      ['--object', 'mug', '--point', '1,1', '--mask', 'LABELS'],
      'The object mug has a --mask, and also --box or --point.',
    ],
    [['--object', 'mug', '--mask', 'LABELS', '--pick', '1,2'], 'The object mug has several masks: --pick 1,2.'],
    [['--object', 'mug', '--point', '1,1', '--pick', '1'], '--pick says which mask of a file, and there is no --mask.'],
    [['--pick', '1,4', '--point', '1,1'], '--pick 1,4 says which masks of a file, and there is no --mask.'],
    [['--mask', 'LABELS', '--pick', '1,1'], '--pick 1,1 has 1 twice.'],
    [['--mask', 'LABELS', '--pick', '1,,2'], '--pick 1,,2 has an empty number.'],
    [['--all', '--point', '1,1'], "'--all' cannot be used with option '--point"],
    [['--box', '1,1,3,2', '--min-area', '10'], '--min-area belongs to --all.'],
    [['--all', '--rrd', 'a.rrd'], '--rrd records one object, and here are several.'],
  ])('%j', async (words, message) => {
    const engine = standIn();
    const { code, stderr } = await make(
      words.map((word) => (word === 'LABELS' ? labels : word)),
      engine,
    );
    expect(stderr).toContain(message);
    expect([code, engine.asked.created]).toEqual([2, 0]);
  });

  it('masks that are not there, or do not fit the photo, and prompts outside of it', async () => {
    const missing = await make(['--mask', labels, '--pick', '1,9']);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('has no object 9: there are 1, 2, 4')]);
    const small = join(folder, 'small.png');
    const two = sharp(Uint8Array.of(1, 2), { raw: { width: 2, height: 1, channels: 1 } });
    await two.toColorspace('b-w').toFile(small);
    for (const which of [['--pick', '1,2'], ['--all']]) {
      const wrong = await make(['--mask', small, ...which]);
      expect([wrong.code, wrong.stderr]).toEqual([
        1,
        expect.stringContaining('has 2 x 1 pixels, but the photo has 4 x 3'),
      ]);
    }
    const outside = await make(['--object', 'mug', '--point', '90,1']);
    expect([outside.code, outside.stderr]).toEqual([1, expect.stringContaining('error: The object mug: ')]);
  });
});
