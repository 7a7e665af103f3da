/** Packs the package and unpacks it into the node_modules of another project, as npm would. Needs no network. */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureBuild } from '../../tools/build.mjs';
import { capture, root } from '../../tools/setup/process.mjs';

/** A file of the tarball. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Tarball {
  readonly filename: string;
  /** Bytes, compressed. */
  readonly size: number;
  readonly files: readonly PackedFile[];
}

/** What `npm pack` says. @param folder where the tarball goes; without one, it is not written */
export async function pack(folder?: string): Promise<Tarball> {
  await ensureBuild();
  const to = folder === undefined ? ['--dry-run'] : ['--pack-destination', folder];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status, stdout, stderr } = capture(npm, ['pack', '--ignore-scripts', '--json', ...to]);
  if (status !== 0) throw new Error(`npm pack ended with status ${status}:\n${stderr}`);
  return (JSON.parse(stdout) as [Tarball])[0];
}

export interface Project {
  readonly folder: string;
  /** @param path below the folder */
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** A project that has the package, what the package depends on, and types of Node and WebGPU. */
export async function installPacked(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-project-'));
  const { filename } = await pack(folder);
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  const { status, stderr } = capture('tar', ['-xzf', join(folder, filename), '-C', folder]);
  if (status !== 0) throw new Error(`tar ended with status ${status}:\n${stderr}`);
  await rename(join(folder, 'package'), join(modules, 'unflat'));
  const { dependencies } = JSON.parse(await readFile(join(modules, 'unflat/package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(dependencies), '@types/node', '@webgpu/types', 'undici-types']) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, 'node_modules', name), join(modules, name), 'junction');
  }
  const project: Project = {
    folder,
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    remove: () => rm(folder, { recursive: true }),
  };
  await project.write('package.json', JSON.stringify({ name: 'a-project', type: 'module' }));
  return project;
}
