/** Makes sure that WebGPU finds a Vulkan adapter: the machine's own, or Mesa's software driver if there is none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, aptRights, hasApt } from './apt.mjs';
import { backportsSuite, parseOsRelease } from './debianSources.mjs';
import { capture, deviceEnv, root, say, SetupError } from './process.mjs';

/** The driver and the loader; WebGPU opens the loader by name at run time. */
const driverPackages = ['mesa-vulkan-drivers', 'libvulkan1'];

/**
 * @returns {{ description: string } | { reason: string }} the adapter that a new process gets, or the reason why it gets none
 */
function probeAdapter() {
  const { status, stdout, stderr } = capture(process.execPath, [join(root, 'tools/setup/probeAdapter.mjs')], {
    env: deviceEnv(),
    timeoutMs: 120_000,
  });
  if (status !== 0) return { reason: stderr.trim().split('\n').at(-1) || `the probe ended with status ${status}` };
  const info = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  return { description: info.description || `${info.vendor} ${info.architecture}` };
}

/**
 * Installs a software Vulkan driver when WebGPU finds no adapter.
 * @param {string} rootCommand the command for a user without root's rights
 */
export function ensureAdapter(rootCommand) {
  const found = probeAdapter();
  if ('description' in found) return;
  if (process.platform !== 'linux') {
    throw new SetupError(`no WebGPU adapter (${found.reason}). Install or update the driver of the graphics card.`);
  }
  if (!hasApt()) {
    throw new SetupError(
      'no Vulkan adapter that WebGPU accepts. Install Mesa 25 with its software driver (Fedora: dnf install ' +
        'mesa-vulkan-drivers vulkan-loader; Arch: pacman -S vulkan-swrast vulkan-icd-loader), then repeat this command.',
    );
  }
  const rights = aptRights();
  if (rights === undefined) {
    throw new SetupError(
      `no Vulkan adapter that WebGPU accepts, and no right to install one. Run once: ${rootCommand}`,
    );
  }
  say('no Vulkan adapter that WebGPU accepts: installing the software driver of Mesa');
  const suite = backportsSuite(parseOsRelease(readFileSync('/etc/os-release', 'utf8')));
  aptInstall(rights, driverPackages, suite);
  const installed = probeAdapter();
  if ('reason' in installed) {
    throw new SetupError(
      `Mesa ${mesaVersion()} is installed, but WebGPU still finds no adapter (${installed.reason}). ` +
        'It needs Mesa 25 (22.3 is known to be too old): use Debian 12 or later or Ubuntu 24.04 or later.',
    );
  }
  say(`adapter: ${installed.description}`);
}

function mesaVersion() {
  return capture('dpkg-query', ['-W', '-f=${Version}', 'mesa-vulkan-drivers']).stdout || 'of unknown version';
}
