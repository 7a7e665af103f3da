/** Installs onnxruntime and what writes its models, on demand: they are no dependencies of ours. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../src/host/errors.ts';

const PACKAGES = { 'onnxruntime-node': '1.30.0', 'onnx-proto': '8.0.1' };

/** Its installer would download further binaries, for CUDA. */
const WITHOUT_DOWNLOADS = { ONNXRUNTIME_NODE_INSTALL: 'skip', ONNXRUNTIME_NODE_INSTALL_CUDA: 'skip' };

/**
 * Makes sure that the packages are in a folder of their own.
 * @param caches where folders of packages are kept
 * @returns that folder
 * @throws UserError if npm cannot install them
 */
export async function installOnnxruntime(caches: string, say: (text: string) => void): Promise<string> {
  const versions = Object.entries(PACKAGES).map(([name, version]) => `${name}-${version}`);
  const folder = join(caches, versions.join('-'));
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return folder;
  say(`installing onnxruntime into ${folder}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: { ...process.env, ...WITHOUT_DOWNLOADS },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    throw new UserError('npm could not install onnxruntime-node.', {
      hint: 'It needs the registry. --without onnxruntime compares with PyTorch alone.',
    });
  }
  await writeFile(complete, '');
  return folder;
}
