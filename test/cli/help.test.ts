/** Help texts: they are true, and printing them loads no engine. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundled, checkpoints } from '../../weights/index.ts';
import { defaultThreshold } from '../../src/pipeline/mcc/config.ts';
import { runProgram } from '../../src/cli/program.ts';
import { MESH_FORMATS } from '../../src/io/index.ts';
import {
  DEFAULT_FACES,
  DEFAULT_FOV,
  DEFAULT_GRANULARITY,
  SCENE_GRANULARITY,
  DEFAULT_TEMPERATURE,
  DEFAULT_TEXTURE,
} from '../../src/pipeline/defaults.ts';

/** What a command line prints, on one line. */
async function printed(...argv: string[]): Promise<string> {
  let text = '';
  const add = (piece: string): void => void (text += piece);
  const createEngine = () => Promise.reject(new Error('no engine is wanted'));
  expect(await runProgram(argv, { terminal: { out: add, err: add }, createEngine })).toBe(0);
  return text.replace(/\s+/g, ' ');
}

describe('help', () => {
  it('names the defaults of the code', async () => {
    const help = await printed('reconstruct', '--help');
    expect(help).toContain(`(default: ${DEFAULT_GRANULARITY}; ${SCENE_GRANULARITY} with --scene)`);
    expect(help).toContain(`averages colors less (default: ${DEFAULT_TEMPERATURE})`);
    expect(help).toContain(`from the weights, else ${defaultThreshold}`);
    expect(help).toContain(`from the EXIF focal length, else ${DEFAULT_FOV}`);
    expect(help).toContain(`(default: "${bundled.id}")`);
    expect(help).toContain(`number of triangles of the mesh, about (default: ${DEFAULT_FACES})`);
    expect(help).toContain(`colors at the vertices instead (default: ${DEFAULT_TEXTURE})`);
  });

  it('names every mesh format', async () => {
    const help = await printed('reconstruct', '--help');
    const [, more, always] = /further mesh files: (.*); a list, or repeated \((.*) are always written\)/.exec(help)!;
    const named = [...always.split(' and '), ...more.split(', ')];
    expect(named).toEqual(MESH_FORMATS.map(({ name }) => name));
  });

  it('names every checkpoint', async () => {
    const help = await printed('weights', 'pull', '--help');
    for (const { id } of checkpoints) expect(help).toContain(id);
  });

  it('of a command lists what the README explains', async () => {
    const help = await printed('reconstruct', '--help');
    for (const option of [
      '--box',
      '--point',
      '--mask',
      '--granularity',
      '--grid-box',
      '--threshold',
      '--depth-map',
      '--format',
      '--faces',
      '--texture',
      '--fuse-depth',
      '--rrd',
    ]) {
      expect(help).toContain(`${option} <`);
    }
  });
});

describe('the program', () => {
  let folder: string;
  let outputs: Metafile['outputs'];
  beforeAll(async () => {
    folder = await mkdtemp(join(import.meta.dirname, 'run-'));
    const { metafile } = await build({
      entryPoints: [{ in: join(import.meta.dirname, '../../src/cli/main.ts'), out: 'cli' }],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      metafile: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      loader: { '.wgsl': 'text' },
    });
    outputs = metafile.outputs;
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Files and packages that are loaded with a file, before any of it runs. */
  function loadedWith(file: string, files = new Set<string>(), packages = new Set<string>()) {
    if (files.has(file)) return { files, packages };
    files.add(file);
    for (const { path, kind, external } of outputs[file].imports) {
      if (kind !== 'import-statement') continue;
      if (external) packages.add(path);
      else loadedWith(path, files, packages);
    }
    return { files, packages };
  }

  it('starts without the packages and the code of the engine', () => {
    const [entry] = Object.keys(outputs).filter((name) => name.endsWith('cli.mjs'));
    const { files, packages } = loadedWith(entry);
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['commander']);
    const sources = [...files].flatMap((file) => Object.keys(outputs[file].inputs));
    expect(
      sources.filter((name) =>
        /src\/(kernels|graph|io\/(?!mesh\/names|pointAxes)|pipeline\/(?!(everything\/)?defaults|mcc\/config))|\/work\//.test(
          name,
        ),
      ),
    ).toEqual([]);
  });

  it('prints its help', () => {
    const { status, stdout } = spawnSync(process.execPath, [join(folder, 'cli.mjs'), '--help'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('reconstruct');
  });
});
