/**
 * Builds what `npm run isa` needs into dist/isa/: the Vulkan layer of nullQueue.c. Installs a C compiler, Vulkan's headers
 * and Mesa's drivers where they are missing.
 */
import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, aptRights, hasApt } from '../setup/apt.mjs';
import { capture, root, runTool, say, SetupError } from '../setup/process.mjs';

const source = join(root, 'tools/isa/nullQueue.c');
const library = join(root, 'dist/isa/libnullQueue.so');

/** What has to exist, and the Debian package that brings it. */
const needed = [
  { path: '/usr/bin/gcc', name: 'gcc' },
  { path: '/usr/include/vulkan/vk_layer.h', name: 'libvulkan-dev' },
  { path: '/usr/share/vulkan/icd.d/radeon_icd.json', name: 'mesa-vulkan-drivers' },
];

function ensureSystemPackages() {
  const missing = needed.filter(({ path }) => !existsSync(path)).map(({ name }) => name);
  if (missing.length === 0) return;
  const rights = hasApt() ? aptRights() : undefined;
  if (rights === undefined) {
    throw new SetupError(
      `gcc, Vulkan's headers and Mesa's driver for AMD GPUs are needed, and may not be installed here. On Debian or Ubuntu: ` +
        `sudo apt-get install ${missing.join(' ')}. Only Linux on x64 is supported.`,
    );
  }
  aptInstall(rights, missing);
}

function ensureLayer() {
  const manifest = 'nullQueue.json';
  mkdirSync(join(root, 'dist/isa'), { recursive: true });
  copyFileSync(join(root, 'tools/isa', manifest), join(root, 'dist/isa', manifest));
  if (existsSync(library) && statSync(library).mtimeMs > statSync(source).mtimeMs) return;
  const { status, stderr } = capture('gcc', ['-O1', '-shared', '-fPIC', '-o', library, source]);
  if (status !== 0) throw new SetupError(`gcc could not build tools/isa/nullQueue.c: ${stderr.trim()}`);
  say('built dist/isa/libnullQueue.so');
}

await runTool(async () => {
  ensureSystemPackages();
  ensureLayer();
  return 0;
});
