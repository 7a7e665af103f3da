/** Messages for errors of files. The system raises the errors where a test can cause them. */
import { mkdir, mkdtemp, open, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/host/errors.ts';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { checksum, download } from '../../src/host/node/download.ts';
import { explained, isSystemError, reasonOf } from '../../src/host/node/fileErrors.ts';
import { writeWhole } from '../../src/host/node/files.ts';
import { decodeDepth, decodePointMap } from '../../src/host/node/geometryFile.ts';
import { decodePhoto } from '../../src/host/node/image.ts';
import { decodeMask } from '../../src/host/node/maskFile.ts';
import { openWeights } from '../../src/host/node/weights.ts';
import { presets } from '../../src/pipeline/registry.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-errors-'));
  await writeFile(join(folder, 'file'), 'x');
});
afterEach(() => rm(folder, { recursive: true }));

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it worked',
    (error: unknown) => (error instanceof UserError ? error.message : `not for people: ${String(error)}`),
  );

const systemError = (code: string, errno = 0) =>
  Object.assign(new Error(`${code}: x, open 'y'`), { code, errno, syscall: 'open' });

describe('reasonOf', () => {
  it.each([
    ['no file', () => readFile(join(folder, 'none')), 'there is no such file or folder'],
    ['a folder', () => readFile(folder), 'it is a folder, not a file'],
    ['a file as a folder', () => readFile(join(folder, 'file', 'a')), 'part of its path is a file, not a folder'],
    ['a long name', () => readFile(join(folder, 'n'.repeat(300))), 'the name is too long'],
    ['a name that is taken', () => mkdir(join(folder, 'file')), 'something with this name already exists'],
    [
      'links in a circle',
      () => symlink('loop', join(folder, 'loop')).then(() => readFile(join(folder, 'loop'))),
      'its links form a cycle',
    ],
  ])('says it of %s', async (_, work, reason) => {
    const error: unknown = await work().catch((thrown: unknown) => thrown);
    expect(reasonOf(error)).toBe(reason);
  });

  it.runIf(process.platform === 'linux')('says it of a full disk', async () => {
    const full = await open('/dev/full', 'w');
    const error: unknown = await full.write('x').catch((thrown: unknown) => thrown);
    await full.close();
    expect(reasonOf(error)).toBe('the disk is full');
  });

  it.each([
    ['EACCES', 'permission is denied'],
    ['EPERM', 'the system does not permit it'],
    ['EROFS', 'the disk is read-only'],
    ['EDQUOT', 'the disk quota of this user is used up'],
    ['EBUSY', 'another program uses it'],
    ['EMFILE', 'this program has too many files open'],
    ['ENFILE', 'too many files are open on this machine'],
    ['EFBIG', 'the file is too large for this disk'],
    ['EIO', 'the disk failed'],
    ['EINVAL', 'the system does not accept this name'],
  ])('knows %s', (code, reason) => expect(reasonOf(systemError(code))).toBe(reason));

  it('has the words of the system for other codes', () => {
    expect(reasonOf(systemError('ESPIPE', -29))).toBe('invalid seek');
    expect(reasonOf(systemError('EWHAT', 12345))).toBe('the system does not say why');
  });

  it('leaves other errors alone', () => {
    expect(reasonOf(new Error('The header is damaged.'))).toBe('The header is damaged');
    expect(isSystemError(Object.assign(new Error(''), { code: 'ERR_FS', syscall: 'x' }))).toBe(false);
    const error = new Error('mine');
    expect(explained('The file cannot be read', error)).toBe(error);
  });
});

describe('a path that leads nowhere', () => {
  const photo = { width: 2, height: 2 };
  const none = (): string => join(folder, 'none.png');
  const options = { weightsDir: '' };

  it.each([
    ['photo', () => decodePhoto(none()), 'The photo ? cannot be read'],
    ['mask', () => decodeMask(none(), photo), 'The mask ? cannot be read'],
    ['depth map', () => decodeDepth(none(), photo), 'The depth map ? cannot be read'],
    ['point cloud', () => decodePointMap(none(), photo), 'The point cloud ? cannot be read'],
    ['file of weights', () => openWeights(none(), presets.small, options), 'The weights ? cannot be opened'],
    ['file of bytes', () => FileBytes.open(none()), '? cannot be opened'],
    ['file to check', () => checksum(none()), '? cannot be read'],
  ])('is said of a %s', async (_, work, message) =>
    expect(await messageOf(work())).toBe(`${message.replace('?', none())}: there is no such file or folder.`),
  );

  it.each([
    [
      'an output',
      () => writeWhole(join(folder, 'file', 'a', 'b'), new Uint8Array()),
      'The output folder ? cannot be created',
    ],
    [
      'a download',
      () => download({ url: 'http://127.0.0.1:9/a', path: join(folder, 'file', 'a', 'b') }),
      'The folder ? cannot be created',
    ],
  ])('is said of %s', async (_, work, message) =>
    expect(await messageOf(work())).toBe(
      `${message.replace('?', join(folder, 'file', 'a'))}: part of its path is a file, not a folder.`,
    ),
  );
});
