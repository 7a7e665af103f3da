/**
 * Keeps two batches from writing the same results: a file in the folder that names the process, and is touched as long as it runs. The
 * file of a process that was killed is taken over: at once on the same machine, after a minute on another.
 */
import { unlinkSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../host/errors.ts';
import { temporaryName } from '../../../host/node/files.ts';
import { isRunning } from '../../../host/node/processes.ts';
import type { Shard } from './shard.ts';

/** Milliseconds between two touches, and after which the owner is taken for dead. */
const [TOUCH, DEAD] = [10_000, 60_000];
const NAME = /^\.batch(?:\.\d+-of-(\d+))?\.lock$/;

interface Owner {
  readonly pid: number;
  readonly host: string;
}

export interface Lock {
  release(): Promise<void>;
}

/** Takes a folder for a part of a list. The folder exists. @throws UserError if another process works on it */
export async function lockFolder(folder: string, shard: Shard | undefined): Promise<Lock> {
  const own = `.batch${shard ? `.${shard.index}-of-${shard.of}` : ''}.lock`;
  for (const name of await readdir(folder)) {
    const found = NAME.exec(name);
    // Different parts of the same number of parts have no object in common.
    if (!found || (name !== own && Number(found[1]) === shard?.of)) continue;
    const owner = await ownerOf(join(folder, name));
    if (owner) {
      throw new UserError(
        `Another batch is writing into ${folder}: process ${owner.pid} on ${owner.host}${name === own ? '' : `, with other parts (${name})`}.`,
        {
          hint: `Wait until it ends, stop it, or name another folder: -o FOLDER. If it is surely dead, delete ${name}.`,
        },
      );
    }
    // Renamed first: of two processes that take over, one fails here.
    const dead = temporaryName(join(folder, name));
    await rename(join(folder, name), dead).catch(() => undefined);
    await rm(dead, { force: true });
  }
  const path = join(folder, own);
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname() }), { flag: 'wx' }).catch(() => {
    throw new UserError(`Another batch has just begun to write into ${folder}.`, {
      hint: 'Name another folder: -o FOLDER',
    });
  });
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined); // The folder was deleted: writing results will say so.
  }, TOUCH);
  touching.unref();
  const onExit = (): void => {
    try {
      unlinkSync(path);
    } catch {
      // It is gone already.
    }
  };
  process.on('exit', onExit);
  return {
    release: async () => {
      clearInterval(touching);
      process.off('exit', onExit);
      await rm(path, { force: true });
    },
  };
}

/** The process that holds a lock; undefined if it is dead. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  const owner = parsed(text);
  // What a wrong clock has dated in the future is no younger for it.
  const isFresh = Math.abs(Date.now() - touched) < DEAD;
  if (!owner) return isFresh ? { pid: 0, host: 'an unknown machine' } : undefined;
  if (owner.host === hostname()) return isRunning(owner.pid) && owner.pid !== process.pid ? owner : undefined;
  return isFresh ? owner : undefined;
}

function parsed(text: string): Owner | undefined {
  try {
    const { pid, host } = JSON.parse(text) as Partial<Owner>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined; // The process ended while writing it.
  }
}
