/** Where checkpoints are kept on this machine. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/** What the place depends on; by default that of this process. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly home?: string;
}

/**
 * The folder of checkpoints: the one that was named, `weights` in UNFLAT_CACHE, or `unflat/weights` where the platform keeps
 * what can be fetched again: XDG_CACHE_HOME or ~/.cache, ~/Library/Caches on macOS, LOCALAPPDATA on Windows.
 */
export function weightsFolder(
  named: string | undefined,
  { env = process.env, platform = process.platform, home = homedir() }: Surroundings = {},
): string {
  if (named !== undefined) return resolve(named);
  if (env.UNFLAT_CACHE) return resolve(env.UNFLAT_CACHE, 'weights');
  return join(cachesOf(env, platform, home), 'unflat', 'weights');
}

function cachesOf(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform, home: string): string {
  if (platform === 'darwin') return join(home, 'Library', 'Caches');
  if (platform === 'win32') return env.LOCALAPPDATA || join(home, 'AppData', 'Local');
  // The XDG base directory specification wants relative paths ignored.
  const { XDG_CACHE_HOME } = env;
  return XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(home, '.cache');
}
