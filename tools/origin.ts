/** Where and when a measurement took place. Every stored line begins with it. */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { promisify } from 'node:util';
import { version } from '../package.json';

/** Where and when a run took place. */
export interface Origin {
  /** Version of the package. */
  readonly unflat: string;
  /** Commit of the working tree; null outside of a repository. */
  readonly commit: string | null;
  /** When the run started; all lines of one run have the same date. */
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
}

export async function originOf(): Promise<Origin> {
  const processors = cpus();
  return {
    unflat: version,
    // A bundle that leaves the repository brings the commit along, as a constant.
    commit: process.env.UNFLAT_COMMIT ?? (await currentCommit()),
    date: new Date().toISOString(),
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
  };
}

/** Load average of the last minute: processes that wanted a processor, this one included. */
export const currentLoad = (): number => Math.round(100 * loadavg()[0]) / 100;

/** The commit of the working tree, or null where there is no repository or no git. */
async function currentCommit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD']);
    return stdout.trim();
  } catch {
    return null;
  }
}
