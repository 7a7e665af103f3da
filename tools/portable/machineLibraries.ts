/** Finds which of the carried libraries this machine lacks, and drivers that the Vulkan loader does not find by itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/host/errors.ts';

/** Libraries by the folder of lib/ that has them: Dawn opens the Vulkan loader, NVIDIA's driver needs those of X11. */
const CARRIED = { vulkan: ['libvulkan.so.1'], x11: ['libX11.so.6', 'libXext.so.6'] };

/** Where containers have a driver that the machine outside lends them. */
const LENT_DRIVERS = ['/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json'];

/** Variables that name drivers; whoever set one has chosen. */
export const DRIVER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/**
 * The environment for processes that open Vulkan. This machine's own libraries come first, because its drivers are made for them.
 * @param lib folder of the carried libraries
 * @param has whether the dynamic loader finds a library; tests pass another answer
 */
export function vulkanEnv(
  lib: string,
  env: NodeJS.ProcessEnv = process.env,
  has: (name: string) => boolean = machineHas,
): NodeJS.ProcessEnv {
  const lacking = Object.entries(CARRIED).filter(([, names]) => !names.every(has));
  const folders = [env.LD_LIBRARY_PATH, ...lacking.map(([folder]) => join(lib, folder))].filter(Boolean);
  const drivers = DRIVER_VARIABLES.some((name) => env[name]) ? [] : LENT_DRIVERS.filter((path) => existsSync(path));
  return {
    ...env,
    ...(folders.length > 0 && { LD_LIBRARY_PATH: folders.join(':') }),
    ...(drivers.length > 0 && { VK_ADD_DRIVER_FILES: drivers.join(':') }),
  };
}

/** Whether the dynamic loader finds a library. Node loads it, and then refuses it because it is no addon. */
function machineHas(name: string): boolean {
  try {
    process.dlopen({ exports: {} }, name);
    return true;
  } catch (error) {
    return !messageOf(error).includes('cannot open shared object file');
  }
}
