/** Makes sure that this machine has what `npm run portable` carries to others: xz, the Vulkan loader, libraries of X11. */
import { libraryPath, programPath } from '../portable/libraries.mjs';
import { aptInstall, aptRights, hasApt } from './apt.mjs';
import { say, SetupError } from './process.mjs';

/** By the package of Debian that has it. */
const carried = {
  'xz-utils': () => programPath('xz'),
  libvulkan1: () => libraryPath('libvulkan.so.1'),
  'libx11-6': () => libraryPath('libX11.so.6'),
  libxext6: () => libraryPath('libXext.so.6'),
};

/** Installs what is missing. */
export function ensureCarried() {
  const packages = Object.entries(carried).flatMap(([name, find]) => (find() === undefined ? [name] : []));
  if (packages.length === 0) return;
  const rights = hasApt() ? aptRights() : undefined;
  if (rights === undefined) {
    throw new SetupError(
      `the portable folder needs ${packages.join(', ')} (names of Debian). Install them, then repeat this command.`,
    );
  }
  say('what the portable folder carries is not all here: installing it');
  aptInstall(rights, packages);
}
