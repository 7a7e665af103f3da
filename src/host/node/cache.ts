/** The folders of checkpoints and of other cached data on this machine. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { OutputError } from './files.ts';

/** What the folder depends on; by default taken from this process. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * The folder of checkpoints: the named one; else `weights` in UNFLAT_CACHE; else `unflat/weights` in the cache folder of the
 * platform, which is XDG_CACHE_HOME or ~/.cache, ~/Library/Caches on macOS, and LOCALAPPDATA on Windows.
 */
export const weightsFolder = (named: string | undefined, surroundings?: Surroundings): string =>
  named !== undefined ? resolve(named) : join(cacheFolder(surroundings), 'weights');

/** The folder of all that can be made again: UNFLAT_CACHE, else `unflat` in the cache folder of the platform. */
export function cacheFolder({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Surroundings = {}): string {
  if (env.UNFLAT_CACHE) return resolve(env.UNFLAT_CACHE);
  return join(cachesOf(env, platform, home), 'unflat');
}

function cachesOf(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform, home: string): string {
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local');
  // The XDG base directory specification says to ignore relative paths.
  const { XDG_CACHE_HOME } = env;
  return XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, '.cache');
}

/**
 * Does work that writes into the folder of checkpoints.
 * @throws UserError that names the folder and how to choose another one, if it cannot be written
 */
export async function inCache<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    throw new UserError(`The folder of weights ${folder} cannot be written: ${error.reason}.`, {
      hint: 'Choose another one: --weights-dir FOLDER, or set the variable UNFLAT_CACHE.',
      cause: error,
    });
  }
}
