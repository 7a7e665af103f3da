/** What `reconstruct` writes and says of a mesh, with a stand-in for the engine. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validateBytes } from 'gltf-validator';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PageData } from '../../src/io/viewPage.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { HEIGHT, run, standIn, WIDTH } from '../setup/standInEngine.ts';

let folder: string;
let out: string;
let command: string[];

// The page view.html is built.
beforeAll(ensureBuild, 300_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-cli-'));
  const photo = join(folder, 'photo.png');
  out = join(folder, 'out');
  command = ['reconstruct', photo, '--box', '1,1,3,2', '-o', out];
  await sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#406080' } }).toFile(photo);
});
afterEach(() => rm(folder, { recursive: true }));

interface Summary {
  options: Record<string, unknown>;
  mesh?: Record<string, unknown>;
  notices: string[];
}

const summary = async () => JSON.parse(await readFile(join(out, 'summary.json'), 'utf8')) as Summary;

async function page(): Promise<PageData> {
  const text = await readFile(join(out, 'view.html'), 'utf8');
  return JSON.parse(/<script type="application\/json" id="data">(.*)<\/script>/.exec(text)![1]) as PageData;
}

describe('the files of a mesh', () => {
  it('are valid, and the page holds the same', async () => {
    const { asked, createEngine } = standIn();
    await run(command, { createEngine });
    expect(asked.options).toMatchObject({ faces: 50_000, texture: 1024, fuseDepth: true });
    for (const name of ['object.glb', 'points.glb']) {
      const { issues } = await validateBytes(await readFile(join(out, name)));
      expect(issues.messages).toEqual([]);
    }
    expect(await readFile(join(out, 'object.ply'), 'latin1')).toContain('element face 576\n');
    const data = await page();
    expect(data).toMatchObject({ name: 'photo', object: { total: 2, spacing: 0.02 }, seen: { total: 2 } });
    expect(data.mesh).toBe((await readFile(join(out, 'object.glb'))).toString('base64'));
    expect((await sharp(Buffer.from(data.photo, 'base64')).metadata()).format).toBe('jpeg');
    expect(data.mask).toBe((await readFile(join(out, 'mask.png'))).toString('base64'));
    const facts = { faces: 576, vertices: 288, texture: 32, parts: 1, dropped: 0, isHollow: true, leaks: false };
    expect((await summary()).mesh).toEqual({ ...facts, touches: [] });
  });

  it('come in more formats when asked, in a list or one after the other', async () => {
    await run([...command, '--format', 'obj,STL', '--format', 'usdz', '--format', '3mf,glb']);
    const written = (await readdir(out)).filter((name) => name.startsWith('object.')).sort();
    expect(written).toEqual(['3mf', 'glb', 'mtl', 'obj', 'ply', 'png', 'stl', 'usdz'].map((end) => `object.${end}`));
    expect((await summary()).options).toMatchObject({ format: ['obj', 'stl', 'usdz', '3mf', 'glb'] });
  });

  it('have colors at their vertices with --texture 0', async () => {
    const { asked, createEngine } = standIn();
    await run([...command, '--texture', '0', '--faces', '400', '--fuse-depth', 'off', '--format', 'obj'], {
      createEngine,
    });
    expect(asked.options).toMatchObject({ faces: 400, texture: 0, fuseDepth: false });
    const { issues, info } = await validateBytes(await readFile(join(out, 'object.glb')));
    expect(issues.messages).toEqual([]);
    expect(info).toMatchObject({ hasTextures: false, totalTriangleCount: 576 });
    expect((await readdir(out)).filter((name) => /mtl|object\.png/.test(name))).toEqual([]);
    expect((await summary()).mesh).toMatchObject({ texture: 0 });
  });

  it('come with a recording where --rrd says', async () => {
    const rrd = join(folder, 'elsewhere', 'mug.rrd');
    const { stdout } = await run([...command, '--rrd', rrd]);
    expect(stdout).toContain(`${rrd}\n`);
    const bytes = await readFile(rrd);
    expect(bytes.toString('latin1', 0, 4)).toBe('RRF2');
    expect(bytes.includes('/surface')).toBe(true);
  });

  it('are there all or none, the recording too', async () => {
    // The name of the last file belongs to a folder.
    const rrd = join(folder, 'deep', 'taken.rrd');
    const engine = standIn({ during: () => void mkdir(rrd, { recursive: true }) });
    const { code, stderr } = await run([...command, '--rrd', rrd], engine);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: The output ${rrd} cannot be written: `);
    expect((await readdir(folder)).sort()).toEqual(['deep', 'photo.png']);
  });
});

describe('what is said of a mesh', () => {
  /** What is said after the work, which the summary has too. */
  async function said(answer: Parameters<typeof standIn>[0], further: string[] = []): Promise<string[]> {
    const { stderr } = await run([...command, ...further], standIn(answer));
    const { notices } = await summary();
    const found = notices.filter((notice) => !notice.startsWith('The tiny weights'));
    for (const notice of found) expect(stderr).toContain(`${notice}\n`);
    return found;
  }

  it('is nothing when all is well', async () => expect(await said({})).toEqual([]));

  it('that it reaches the end of the grid, with a larger box', async () => {
    const touches = [
      { axis: 'x', end: 'high' },
      { axis: 'y', end: 'low' },
      { axis: 'z', end: 'high' },
    ] as const;
    expect(await said({ mesh: { touches } })).toEqual([
      'The object reaches the right, top, and back of the grid, and may go on beyond. ' +
        'A larger grid shows more: --grid-box -1,-1.5,-2,1.5,1,3',
    ]);
    expect((await said({ mesh: { touches: [{ axis: 'z', end: 'low' }] } }))[0]).toMatch(
      /reaches the front of the grid.*--grid-box -1,-1,-3,1,1,2$/,
    );
  });

  it('that a gap was closed, that it is thin, and that parts were left out', async () => {
    expect(await said({ mesh: { leaks: true, isHollow: false, dropped: 2 } })).toEqual([
      expect.stringContaining('had a gap, which was closed'),
      expect.stringContaining('enclose no inside, as those of a thin object'),
      '2 small parts were left out of the mesh; points.glb has all points.',
    ]);
    expect(await said({ mesh: { dropped: 1 } })).toEqual([expect.stringMatching(/^1 small part was left out/)]);
  });

  it('why making the mesh failed', async () => {
    const meshProblem = 'The texture of 64 is too small.';
    expect(await said({ mesh: false, meshProblem })).toEqual([`There is no mesh, only the points: ${meshProblem}`]);
  });

  it('that the points enclose nothing', async () => {
    const [notice] = await said({ mesh: false }, ['--granularity', '0.2', '--format', 'stl']);
    expect(notice).toMatch(
      /enclose nothing, so there is no mesh.*finer --granularity than 0\.2.*--threshold than 0\.1\./,
    );
    expect((await readdir(out)).filter((name) => name.startsWith('object'))).toEqual([]);
    expect(await readdir(out)).toEqual(expect.arrayContaining(['points.glb', 'preview.png', 'view.html']));
    expect(await summary()).not.toHaveProperty('mesh');
    expect((await page()).mesh).toBeUndefined();
  });

  it('that there is no point', async () => {
    const [notice] = await said({ empty: true });
    expect(notice).toMatch(
      /No grid point has a probability above 0\.1; the highest is [\d.]+\. So there is no mesh, no points\.glb/,
    );
    expect((await run(command, standIn({ empty: true }))).code).toBe(1);
    expect((await readdir(out)).filter((name) => name.endsWith('.glb'))).toEqual([]);
    expect((await page()).object.total).toBe(0);
  });

  it('that the sweep was stopped', async () => {
    const engine = standIn({ partial: true });
    const { code, stderr } = await run(command, engine);
    expect(code).toBe(130);
    expect(stderr).toContain(
      'Stopped by Ctrl-C after 500 of 1000 grid points: the object is incomplete. There are only its points, and no mesh.',
    );
    expect(await readdir(out)).toContain('points.glb');
    expect(await readdir(out)).not.toContain('object.glb');
  });

  it('that it was stopped before the mesh', async () => {
    const engine = standIn({ mesh: false, during: () => void process.emit('SIGINT') });
    const { code, stderr } = await run(command, engine);
    expect(code).toBe(130);
    expect(stderr).toContain('Stopped by Ctrl-C before the mesh was made: there are only the points.');
    expect(await readdir(out)).toContain('points.glb');
  });

  it('that files of an earlier result were deleted, and no others', async () => {
    await run([...command, '--format', 'stl'], standIn());
    await writeFile(join(out, 'mine.obj'), '');
    const { stderr } = await run(command, standIn({ mesh: false }));
    expect(stderr).toContain(
      'Files of the earlier result that this one does not have were deleted: object.glb, object.ply, object.stl.\n',
    );
    expect((await readdir(out)).filter((name) => /object|mine/.test(name))).toEqual(['mine.obj']);
  });

  it('nothing of files in a folder without an earlier result, which stay', async () => {
    await mkdir(out);
    await writeFile(join(out, 'object.obj'), '');
    const { stderr } = await run(command, standIn());
    expect(stderr).not.toContain('deleted');
    expect(await readdir(out)).toContain('object.obj');
  });

  it('that depth beyond 65 m is not in depth.png', async () => {
    expect(await said({ depth: 70 })).toEqual([
      '12 pixels are farther than 65.535 m; depth.png holds 65.535 m for them.',
    ]);
  });
});
