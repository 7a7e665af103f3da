/** The commands from arguments to files, with a stand-in for the engine. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodePng16 } from '../../src/host/node/encode.ts';
import { depthFiles, maskFile } from '../../src/cli/work/outputs.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { HEIGHT, run, standIn, WIDTH } from '../setup/standInEngine.ts';

let folder: string;
let photo: string;
let out: string;

// The page view.html is built.
beforeAll(ensureBuild, 300_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-cli-'));
  photo = join(folder, 'photo.png');
  out = join(folder, 'out');
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#406080' } }).toFile(photo);
});
afterEach(() => rm(folder, { recursive: true }));

const BOX = ['--box', '1,1,3,2'];
const co3d = join(import.meta.dirname, '../golden/co3d/toyball/frame_annotations.jgz');

describe('reconstruct', () => {
  it('writes every file and lists them', async () => {
    const { asked, createEngine } = standIn();
    const { code, stdout, stderr } = await run(['reconstruct', photo, ...BOX, '-o', out], { createEngine });
    expect(code).toBe(0);
    const names = (await readdir(out)).sort();
    expect(names).toEqual([
      'depth.png',
      'depth_preview.png',
      'mask.png',
      'object.glb',
      'object.ply',
      'points.glb',
      'preview.png',
      'seen.ply',
      'summary.json',
      'view.html',
    ]);
    expect(stdout.trim().split('\n').sort()).toEqual(names.map((name) => join(out, name)));
    expect(stderr).toMatch(
      /^The tiny weights were trained on computer-made objects only.*\n(.*\n)*A mesh of 576 triangles from 2 points in /,
    );
    expect(asked.options).toMatchObject({ box: [1, 1, 3, 2], granularity: 0.05, temperature: 0.1 });
    expect(asked.options!.threshold).toBeUndefined();
    expect(asked.options!.gridBox).toBeUndefined();
    expect(asked.options!.sweep).toBe('coarseToFine');
    expect([asked.created, asked.disposed]).toEqual([1, 1]);

    const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, unknown>;
    expect(summary).toMatchObject({
      photo: { name: 'photo', width: WIDTH, height: HEIGHT },
      focal: { source: 'default' },
      adapter: 'stand-in',
      seconds: { sweep: 1 },
      quality: 0.9,
      swept: { queries: 1000, of: 1000 },
      points: { seen: 2, object: 2 },
      partial: false,
      notices: [expect.stringMatching(/^The tiny weights/)],
    });
    const depth = await sharp(join(out, 'depth.png')).metadata();
    expect([depth.width, depth.height, depth.depth, depth.channels]).toEqual([WIDTH, HEIGHT, 'ushort', 1]);
    const mask = await sharp(join(out, 'mask.png')).toColorspace('b-w').raw().toBuffer();
    expect([...mask]).toEqual([0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0]);
  });

  it('prints the summary with --json and nothing else with --quiet', async () => {
    const { stdout, stderr } = await run(['reconstruct', photo, ...BOX, '-o', out, '--json', '--quiet']);
    expect(stderr).toBe('');
    expect(stdout).toBe(await readFile(join(out, 'summary.json'), 'utf8'));
  });

  it('says that generated weights are not trained, and nothing of those in files', async () => {
    const said = async (weights: string) =>
      (await run(['reconstruct', photo, ...BOX, '-o', out, '--weights', weights])).stderr;
    expect(await said('synthetic:3')).toMatch(/^The weights are generated, not trained/);
    expect(await said('my.safetensors')).not.toMatch(/trained|seen/);
  });

  it('sweeps the whole grid with --sweep full', async () => {
    const { asked, createEngine } = standIn();
    const { code } = await run(['reconstruct', photo, ...BOX, '-o', out, '--sweep', 'full'], { createEngine });
    expect(code).toBe(0);
    expect(asked.options!.sweep).toBe('full');
    const summary = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, unknown>;
    expect(summary.options).toMatchObject({ sweep: 'full' });
    const { code: refused, stderr } = await run(['reconstruct', photo, ...BOX, '-o', out, '--sweep', 'fine']);
    expect(refused).not.toBe(0);
    expect(stderr).toMatch(/coarse, full/);
  });

  it('writes nothing when the engine fails, and disposes it', async () => {
    const engine = standIn({ fail: Object.assign(new Error('The device was lost.'), { name: 'DeviceError' }) });
    const { code, stdout, stderr } = await run(['reconstruct', photo, ...BOX, '-o', out], engine);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/error: The device was lost\.\n$/);
    expect(existsSync(out)).toBe(false);
    expect(engine.asked.disposed).toBe(1);
  });

  it('exits with 130 when the engine was canceled', async () => {
    const stopped = Object.assign(new Error('The run was canceled.'), { name: 'AbortError' });
    const { code, stderr } = await run(['reconstruct', photo, ...BOX, '-o', out], standIn({ fail: stopped }));
    expect(code).toBe(130);
    expect(stderr).toContain('The run was canceled.\n');
  });

  it('shows the place of a fault of its own', async () => {
    const { code, stderr } = await run(
      ['reconstruct', photo, ...BOX, '-o', out],
      standIn({ fail: new TypeError('oops') }),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: oops\nTypeError: oops\n +at /);
  });

  it('takes a mask, a depth map and a point cloud', async () => {
    const mask = join(folder, 'mask.png');
    await sharp(new Uint8Array(12).fill(1, 0, 4), { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toFile(mask);
    const depth = join(folder, 'depth.png');
    await writeFile(depth, await encodePng16(new Uint16Array(12).fill(2000, 1), WIDTH, HEIGHT));
    const first = standIn();
    const { code, stderr } = await run(['reconstruct', photo, '--mask', mask, '--depth-map', depth, '-o', out], first);
    expect(code).toBe(0);
    expect(stderr).toContain('1 of 12 pixels of the depth map have no depth and are left out.\n');
    expect(stderr).not.toContain('millimeters');
    expect([...first.asked.options!.mask!]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...first.asked.options!.depth!]).toEqual([NaN, ...Array<number>(11).fill(2)]);

    const cloud = join(folder, 'scan.obj');
    await writeFile(cloud, 'v nan nan nan\n' + 'v 1 2 3\n'.repeat(11));
    const second = standIn();
    await run(['reconstruct', photo, ...BOX, '--point-cloud', cloud, '-o', out], second);
    expect(second.asked.options!.pointMap!.xyz).toHaveLength(3 * WIDTH * HEIGHT);
    expect([first.asked.options!.estimated, second.asked.options!.pointMap!.estimated]).toEqual([undefined, undefined]);

    const [third, fourth, fifth] = [standIn(), standIn(), standIn()];
    await run(['reconstruct', photo, ...BOX, '--depth-map', depth, '--estimated', '-o', out], third);
    await run(['reconstruct', photo, ...BOX, '--point-cloud', cloud, '--estimated', '-o', out], fourth);
    expect([third.asked.options!.estimated, fourth.asked.options!.pointMap!.estimated]).toEqual([true, true]);
    const unused = await run(['reconstruct', photo, ...BOX, '--estimated', '-o', out], fifth);
    expect(unused.stderr).toContain('--estimated does nothing here: it is about a --depth-map or a --point-cloud');
  });

  it('takes photo, mask, depth and camera from a frame of CO3D', async () => {
    const engine = standIn();
    const { code, stderr } = await run(['reconstruct', '--co3d', co3d, '--frame', '202_2_b/0', '-o', out], engine);
    expect(code).toBe(0);
    expect(stderr).toContain('Lengths are in the unit of the sequence, which is not the meter.');
    const { mask, depth, camera } = engine.asked.options!;
    expect([mask!.length, depth!.length]).toEqual([40 * 56, 40 * 56]);
    // Each side has its own unit there: half of 40 and half of 56 pixels.
    const expected = { fx: 4 * 20, fy: 2.9 * 28, cx: 20 + 0.05 * 20 - 0.5, cy: 28 - 0.09 * 28 - 0.5 };
    for (const [name, value] of Object.entries(expected)) expect(camera).toHaveProperty(name, expect.closeTo(value, 9));
    const summary: unknown = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({
      photo: { name: '202_2_b_0' },
      focal: { pixels: 80, source: 'camera' },
      camera,
      options: { co3d, frame: '202_2_b/0' },
    });
  });

  it('doubts the axes of a point cloud, and turns them', async () => {
    const cloud = join(folder, 'scan.obj');
    const rows = [0, 1, 2].map((row) => `v 0.1 ${1 - row} -2\n`.repeat(WIDTH));
    await writeFile(cloud, rows.join(''));
    const command = ['reconstruct', photo, ...BOX, '--point-cloud', cloud, '-o', out];
    const { stderr } = await run(command);
    expect(stderr).toContain(
      'The axes of the point cloud look wrong: its z points backward and its y up, as in OpenGL: give --cloud-axes x,-y,-z.\n',
    );
    const turned = standIn();
    expect((await run([...command, '--cloud-axes', 'x,-y,-z'], turned)).stderr).not.toContain('axes');
    expect([...turned.asked.options!.pointMap!.xyz.slice(0, 3)]).toEqual([Math.fround(0.1), -1, 2]);
    const refused = await run([...command, '--cloud-axes', 'x,y']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('such as x,y,z or x,-y,-z')]);
  });

  it('warns of a depth map in meters that surely holds millimeters', async () => {
    const depth = join(folder, 'depth.npy');
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n";
    const start = Buffer.from(`\x93NUMPY\x01\0${String.fromCharCode(header.length)}\0${header}`, 'latin1');
    await writeFile(depth, Buffer.concat([start, Buffer.from(new Float32Array(12).fill(1710).buffer)]));
    const { stderr } = await run(['reconstruct', photo, ...BOX, '--depth-map', depth, '-o', out]);
    expect(stderr).toContain('The nearest depth is 1.71e+3 m. If the file holds millimeters,');
  });

  it('takes what is opaque as the mask, when nothing says which object is meant', async () => {
    const cut = join(folder, 'cut.png');
    const rgba = new Uint8Array(4 * WIDTH * HEIGHT).fill(255, 0, 4 * WIDTH);
    await sharp(rgba, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } }).toFile(cut);
    const engine = standIn();
    const { code, stderr } = await run(['reconstruct', cut, '-o', out], engine);
    expect(code).toBe(0);
    expect(stderr).toContain('What is opaque in the photo is taken as the mask.\n');
    expect([...engine.asked.options!.mask!]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const prompted = standIn();
    await run(['reconstruct', cut, ...BOX, '-o', out], prompted);
    expect(prompted.asked.options!.mask).toBeUndefined();
  });

  it('moves the edges of a box into the photo, if they leave it by less than a pixel', async () => {
    const engine = standIn();
    const { code } = await run(['reconstruct', photo, '--box', '-0.5,0,4.9,3', '-o', out], engine);
    expect(code).toBe(0);
  });

  it('refuses a second box', async () => {
    const { code, stderr } = await run(['reconstruct', photo, ...BOX, '--box', '0,0,1,1', '-o', out]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('There is more than one --box.')]);
  });

  it('completes a scene without a prompt, and without a mesh', async () => {
    const engine = standIn();
    const { code, stderr } = await run(['reconstruct', photo, '--scene', '-o', out], engine);
    expect(code).toBe(0);
    expect(engine.asked.options).toMatchObject({ scene: true, granularity: 0.2 });
    expect(engine.asked.options).not.toHaveProperty('mask');
    expect(stderr).not.toContain('mesh');
    const files = await readdir(out);
    expect(files).toContain('points.glb');
    expect(files).not.toContain('object.glb');
    const { options } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as { options: object };
    expect(options).toMatchObject({ scene: true, granularity: 0.2 });
    expect(options).not.toHaveProperty('faces');
    await run(['reconstruct', photo, '--scene', '--granularity', '0.05', '-o', out], engine);
    expect(engine.asked.options!.granularity).toBe(0.05);
  });

  it.each([BOX, ['--point', '1,1'], ['--mask', 'm.png'], ['--faces', '20'], ['--format', 'obj']])(
    'refuses a scene with %s',
    async (...argv: string[]) => {
      const { code, stderr } = await run(['reconstruct', photo, '--scene', ...argv, '-o', out]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`'--scene' cannot be used with option '${argv[0]}`)]);
    },
  );

  it('writes maps in the size of the file of a photo that was reduced', async () => {
    const large = { width: 2, height: 1, original: { width: 4, height: 2 } };
    const mask = await maskFile(new Uint8Array([0, 1]), large);
    const { data, info } = await sharp(mask).toColorspace('b-w').raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, ...data]).toEqual([4, 2, 0, 0, 255, 255, 0, 0, 255, 255]);
    const files = await depthFiles('depth.png', new Float32Array([1, 2]), large);
    const sizes = await Promise.all(Object.values(files).map((file) => sharp(file).metadata()));
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [4, 2],
      [2, 1],
    ]);
  });

  it('hands the box of the grid on', async () => {
    const engine = standIn();
    await run(['reconstruct', photo, ...BOX, '--grid-box', '-1,-1,-4,1,1,0', '-o', out], engine);
    const gridBox = { min: [-1, -1, -4], max: [1, 1, 0] };
    expect(engine.asked.options).toMatchObject({ gridBox });
    const summary: unknown = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ options: { gridBox, threshold: 0.1 } });
  });

  it('reads the focal length of the photo', async () => {
    const jpeg = join(folder, 'photo.jpg');
    const exif = { IFD2: { FocalLengthIn35mmFilm: '18' } };
    await sharp(photo).withExif(exif).jpeg().toFile(jpeg);
    await run(['reconstruct', jpeg, ...BOX, '-o', out]);
    const { focal } = JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Record<string, unknown>;
    expect(focal).toEqual({ pixels: WIDTH / 2, source: 'EXIF' });
  });
});

describe('what is refused before the engine starts', () => {
  const refused = async (argv: string[], code: number, message: string) => {
    const engine = standIn();
    const result = await run(['reconstruct', ...argv], engine);
    expect(result.stderr).toContain(message);
    expect([result.code, engine.asked.created]).toEqual([code, 0]);
  };

  it('no prompt, or only points that are not on the object', async () => {
    await refused([photo, '-o', out], 2, 'error: Which object of the photo is meant?\n  Give --box x0,y0,x1,y1');
    await refused([photo, '--point', '1,1,0', '-o', out], 2, 'error: Which object of the photo is meant?');
  });

  it('prompts outside the photo', async () => {
    const where = 'lies outside a photo of 4 x 3 pixels.\n';
    await refused([photo, '--box', '0,0,5,2', '-o', out], 1, `error: The box 0, 0, 5, 2 ${where}`);
    await refused([photo, '--box', '-1,0,3,2', '-o', out], 1, `error: The box -1, 0, 3, 2 ${where}`);
    await refused([photo, '--point', '1,1', '--point', '9,1,0', '-o', out], 1, `error: The point 9, 1 ${where}`);
  });

  it('an output folder that is a file', async () => {
    await refused([photo, ...BOX, '-o', photo], 1, `error: The output folder ${photo} is a file.\n  Name a folder.`);
  });

  it('an output folder that cannot be written', async () => {
    await refused(
      [photo, ...BOX, '-o', join(photo, 'out')],
      1,
      `error: The output folder ${join(photo, 'out')} cannot be created`,
    );
  });

  it('a recording that cannot be written', async () => {
    const rrd = join(photo, 'object.rrd');
    await refused([photo, ...BOX, '-o', out, '--rrd', rrd], 1, `error: The output ${rrd} cannot be written`);
  });

  it('photos that are missing, empty or damaged', async () => {
    await refused(
      [join(folder, 'none.jpg'), ...BOX, '-o', out],
      1,
      `error: The photo ${join(folder, 'none.jpg')} cannot be read: there is no such file or folder.\n`,
    );
    const damaged = join(folder, 'damaged.png');
    await writeFile(damaged, (await readFile(photo)).subarray(0, 60));
    await refused([damaged, ...BOX, '-o', out], 1, `error: The photo ${damaged} cannot be decoded`);
  });

  it('a frame without its annotations, beside a photo, or beside what it replaces', async () => {
    const frame = ['--co3d', co3d, '--frame', '101_1_a/3'];
    await refused([photo, ...frame, '-o', out], 2, 'error: There are both a photo and a frame (--co3d).');
    await refused(['-o', out], 2, 'error: There is no photo.');
    await refused(['--co3d', co3d, '-o', out], 2, 'error: --co3d and --frame belong together.');
    await refused([photo, ...BOX, '--frame', '101_1_a/3', '-o', out], 2, '--co3d and --frame belong together.');
    await refused([...frame, ...BOX, '-o', out], 2, "cannot be used with option '--box");
    await refused(['--co3d', co3d, '--frame', '101_1_a/5', '-o', out], 1, 'the nearest are 3, 8.');
  });

  it('masks, depth maps and point clouds that do not fit', async () => {
    const small = join(folder, 'small.png');
    await sharp({ create: { width: 2, height: 2, channels: 3, background: 'white' } }).toFile(small);
    await refused(
      [photo, '--mask', small, '-o', out],
      1,
      `error: The mask ${small} has 2 x 2 pixels, but the photo has 4 x 3.`,
    );
    await refused([photo, ...BOX, '--depth-map', small, '-o', out], 1, 'must be a 16-bit gray PNG');
    const none = join(folder, 'none.png');
    await writeFile(none, await encodePng16(new Uint16Array(12), WIDTH, HEIGHT));
    await refused([photo, ...BOX, '--depth-map', none, '-o', out], 1, 'has no depth');
    const cloud = join(folder, 'scan.obj');
    await writeFile(cloud, 'v 1 2 3\n');
    await refused(
      [photo, ...BOX, '--point-cloud', cloud, '-o', out],
      1,
      'has 1 vertices, but the photo has 4 x 3 = 12 pixels',
    );
    await writeFile(cloud, 'v nan nan nan\n'.repeat(12));
    await refused([photo, ...BOX, '--point-cloud', cloud, '-o', out], 1, 'no vertex is finite');
  });

  it('a grid that is too large', async () => {
    const box = ['--grid-box', '-3,-3,-3,3,3,3', '--granularity', '0.001'];
    await refused([photo, ...BOX, ...box], 1, 'error: A granularity of 0.001 gives 6000 x 6000 x 6000 points; at most');
  });

  it('wrong usage', async () => {
    await refused([], 2, 'error: There is no photo.');
    await refused([photo, ...BOX, '--granularity', '0'], 2, 'Expected a number above 0.');
    await refused([photo, ...BOX, '--grid-box', '1,1,1,0,2,2'], 2, 'The box is empty');
    await refused([photo, ...BOX, '--faces', '0'], 2, 'Expected a whole number of at least 4, such as 50000.');
    await refused([photo, ...BOX, '--faces', '99.5'], 2, 'Expected a whole number of at least 4, such as 50000.');
    await refused([photo, ...BOX, '--texture', '16'], 2, 'Expected a whole number of pixels from 64 to 8192, or 0');
    await refused([photo, ...BOX, '--texture', '9000'], 2, 'Expected a whole number of pixels from 64 to 8192, or 0');
    await refused([photo, ...BOX, '--fuse-depth', 'no'], 2, 'Allowed choices are on, off.');
    await refused([photo, ...BOX, '--rrd', 'object.glb'], 2, 'The name of a recording ends in .rrd.');
    await refused(
      [photo, ...BOX, '--format', 'stl,fbx'],
      2,
      "There is no mesh format 'fbx'. There are: glb, ply, obj, stl, usdz, 3mf.",
    );
    await refused(
      [photo, ...BOX, '--format', 'usdz', '--texture', '0'],
      2,
      'error: --format usdz needs a texture, and --texture is 0.\n  Leave one of the two out, or give --texture 1024.',
    );
    await refused([photo, ...BOX, '--color'], 2, "error: unknown option '--color'");
    await refused([photo, 'another.jpg', ...BOX], 2, 'error: too many arguments');
  });
});

describe('segment and depth', () => {
  it('write their files', async () => {
    const mask = join(out, 'm.png');
    const segmented = await run(['segment', photo, '--point', '1,1', '-o', mask]);
    expect([segmented.code, segmented.stdout]).toEqual([0, `${mask}\n`]);
    const depth = join(out, 'd.png');
    const measured = await run(['depth', photo, '-o', depth, '--json']);
    expect(measured.code).toBe(0);
    expect(JSON.parse(measured.stdout)).toMatchObject({
      files: [depth, join(out, 'd_preview.png')],
      nearestMeters: 1.5,
      farthestMeters: 1.5,
      saturated: 0,
      adapter: 'stand-in',
    });
    expect((await readdir(out)).sort()).toEqual(['d.png', 'd_preview.png', 'm.png']);
  });

  it('print and write a profile', async () => {
    const trace = join(out, 'trace.json');
    const { code, stderr } = await run(['depth', photo, '-o', join(out, 'd.png'), '--profile', trace, '--quiet']);
    expect(code).toBe(0);
    expect(stderr).toContain('1 dispatches, 1.0 ms on the device');
    expect(JSON.parse(await readFile(trace, 'utf8'))).toMatchObject({ traceEvents: [{ name: 'matmul', dur: 1000 }] });
  });

  it('refuse formats that would spoil the result', async () => {
    expect((await run(['depth', photo, '-o', join(out, 'd.jpg')])).code).toBe(2);
    const jpeg = join(out, 'm.jpg');
    const engine = standIn();
    const { code, stderr } = await run(['segment', photo, ...BOX, '-o', jpeg], engine);
    expect([code, engine.asked.created]).toEqual([2, 0]);
    expect(stderr).toContain(`The output ${jpeg} must end in .png or .webp: jpg files blur the edge of a mask.\n`);
    const unknown = await run(['segment', photo, ...BOX, '-o', join(out, 'mask')]);
    expect(unknown.stderr).toContain('must end in .png or .webp.\n  For another format, write a .png');
  });

  it('write a mask as the name says, without loss', async () => {
    for (const [name, format] of [
      ['m.png', 'png'],
      ['m.WEBP', 'webp'],
    ]) {
      expect((await run(['segment', photo, ...BOX, '-o', join(out, name)])).code).toBe(0);
      expect((await sharp(join(out, name)).metadata()).format).toBe(format);
      const mask = await sharp(join(out, name)).toColorspace('b-w').raw().toBuffer();
      expect([...mask]).toEqual([0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0, 0]);
    }
  });

  it('take a rough mask, alone and with other prompts', async () => {
    const rough = join(folder, 'rough.png');
    await sharp(new Uint8Array(12).fill(1, 0, 4), { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toFile(rough);
    const roughMask = new Uint8Array(12).fill(1, 0, 4);
    const alone = standIn();
    expect((await run(['segment', photo, '--mask', rough, '-o', join(out, 'a.png')], alone)).code).toBe(0);
    expect(alone.asked.prompt).toMatchObject({ roughMask });
    expect(alone.asked.prompt).not.toHaveProperty('mask');
    const both = standIn();
    await run(['segment', photo, '--mask', rough, ...BOX, '--point', '1,1', '-o', join(out, 'b.png')], both);
    expect(both.asked.prompt).toMatchObject({ roughMask, box: [1, 1, 3, 2], points: [{ x: 1, y: 1, label: 1 }] });
  });
});

describe('the program', () => {
  it('explains itself', async () => {
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('reconstruct');
    expect((await run(['reconstruct', '--help'])).stdout).toContain('--granularity <step>');
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run(['unflatten'])).code).toBe(2);
    expect((await run([])).code).toBe(2);
  });
});

describe('doctor', () => {
  it('describes the adapter and passes its self-test', async () => {
    const { code, stdout } = await run(['doctor', '--json']);
    const findings = JSON.parse(stdout) as {
      adapters: unknown[];
      kernels: { kernel: string; variant: string; others: { name: string }[] }[];
      selfTest: { passed: boolean }[];
    };
    expect(findings.adapters.length).toBeGreaterThan(0);
    expect(findings.selfTest.length).toBeGreaterThan(0);
    expect(findings.selfTest.every(({ passed }) => passed)).toBe(true);
    expect(code).toBe(0);
    expect(findings.kernels.map(({ kernel }) => kernel)).toEqual(
      expect.arrayContaining(['linear', 'conv2d', 'attention', 'layerNorm', 'mean', 'sweep']),
    );
    for (const { variant, others } of findings.kernels) expect(others.map(({ name }) => name)).not.toContain(variant);
    const text = (await run(['doctor'])).stdout;
    expect(text).toContain('Self-test against float64');
    expect(text).toMatch(/Variants chosen at .*\n {2}linear .* (tiled|subgroup8)( \(also possible: [^)]+\))?\n/);
  });

  it('says which adapters there are when none fits', async () => {
    const { code, stderr } = await run(['doctor', '--adapter', 'voodoo 2']);
    expect(code).toBe(1);
    expect(stderr).toContain('error: No adapter fits --adapter voodoo 2. Found: ');
  });
});

describe('segment --everything', () => {
  it('writes all masks and a picture of them', async () => {
    const { asked, createEngine } = standIn();
    const file = join(out, 'masks.json');
    const flags = ['--everything', '--points-per-side', '8', '--min-area', '20', '--crop-n-layers', '1'];
    const { code, stdout } = await run(['segment', photo, ...flags, '-o', file], { createEngine });
    expect([code, stdout]).toEqual([0, `${file}: 1 masks\n${join(out, 'masks.png')}\n`]);
    const given = { pointsPerSide: 8, minMaskRegionArea: 20, cropNLayers: 1 };
    // The tiny weights have limits of their own, which others do not.
    expect(asked.everything).toEqual({ ...given, predIouThresh: 0.7, stabilityScoreThresh: 0.75 });
    const others = standIn();
    await run(['segment', photo, ...flags, '--weights', 'synthetic:1', '-o', file], others);
    expect(others.asked.everything).toEqual(given);
    const [found] = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>[];
    expect(found).toMatchObject({ id: 1, area: 2, bbox: [1, 1, 1, 0], predicted_iou: 0.9, crop_box: [0, 0, 4, 3] });
    const picture = await sharp(join(out, 'masks.png')).metadata();
    expect([picture.width, picture.height, picture.channels]).toEqual([WIDTH, HEIGHT, 3]);
  });

  it('says what to do when nothing is found', async () => {
    const file = join(out, 'none.json');
    const { code, stderr } = await run(['segment', photo, '--everything', '-o', file], standIn({ empty: true }));
    expect(code).toBe(0);
    expect(stderr).toContain('No mask was found: none has both a predicted intersection over union above 0.7 and');
    expect(stderr).toContain('Lower --pred-iou-thresh or --stability-score-thresh');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual([]);
  });

  it('refuses what cannot be', async () => {
    const refused = async (argv: string[], words: string): Promise<void> => {
      const { code, stderr } = await run(['segment', photo, ...argv]);
      expect(code).toBe(2);
      expect(stderr).toContain(words);
    };
    await refused(['--everything', ...BOX], "option '--everything' cannot be used with option '--box");
    await refused(['--everything', '-o', join(out, 'masks.png')], 'must end in .json: it holds all masks.');
    await refused(['--everything', '--points-per-side', '0'], 'Expected a whole number of at least 1.');
    await refused(['--everything', '--stability-score-thresh', 'high'], 'Expected a number from 0 to 1.');
    await refused([...BOX, '--min-area', '5'], '--min-area belongs to the search for all masks.\n  Add --everything');
  });
});
