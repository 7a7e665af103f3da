/** Checkpoints from a server on this machine into a cache: downloaded, pinned, verified, converted. */
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointCache, type Choice } from '../../src/host/node/checkpointCache.ts';
import { bytesSource, type CheckpointFile, convertTorch, SafetensorsFile } from '../../weights/index.ts';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { FileServer } from '../setup/fileServer.ts';

const torchFile = join(import.meta.dirname, '../golden/torch/checkpoint.pth');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let server: FileServer;
let cache: CheckpointCache;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-cache-'));
  cache = new CheckpointCache(join(folder, 'weights'));
  server = await FileServer.start(new Uint8Array(await readFile(torchFile)));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** A checkpoint that the server has. */
function choiceOf(more: Partial<CheckpointFile> = {}): Choice {
  const official: CheckpointFile = { url: server.url, file: 'net.pth', format: 'pth', ...more };
  const license = { name: 'Some License', url: 'https://example.org/license', note: 'Do good.' };
  const checkpoint = { id: 'net', network: 'sam' as const, config: 'small', title: 'A network', license };
  return { checkpoint: { ...checkpoint, sources: { official } }, source: 'official' };
}

describe('pull', () => {
  it('keeps file, record and license side by side, and fetches once', async () => {
    const choice = choiceOf();
    expect(await cache.state(choice)).toEqual({ kind: 'absent' });
    expect(await cache.downloadedSource(choice.checkpoint)).toBeUndefined();
    const record = await cache.pull(choice);
    expect(record).toMatchObject({ id: 'net', url: server.url, sha256: sha256(server.content) });
    expect((await readdir(cache.folder)).sort()).toEqual(['net.pth', 'net.pth.LICENSE.txt', 'net.pth.json']);
    expect(await readFile(`${cache.pathOf(choice)}.LICENSE.txt`, 'utf8')).toMatch(
      /^A network\n.*\n\nSome License\nhttps:\/\/example.org\/license\nDo good\.\n$/,
    );
    expect(await cache.pull(choice)).toEqual(record);
    expect(server.ranges).toHaveLength(1);
    expect(await cache.state(choice)).toEqual({ kind: 'downloaded', bytes: record.bytes, converted: false });
    expect(await cache.downloadedSource(choice.checkpoint)).toEqual(choice);
  });

  it('takes a mirror, which has the file under its name in the cache', async () => {
    const paths: (string | undefined)[] = [];
    server.whims.push(({ url }) => {
      paths.push(url);
      return false;
    });
    const baseUrl = new URL('/mirror/', server.url).href;
    expect((await cache.pull(choiceOf({ url: 'https://weights.invalid/x' }), { baseUrl })).url).toBe(
      `${baseUrl}net.pth`,
    );
    expect(paths).toEqual(['/mirror/net.pth']);
  });

  it('pins the checksum: a deleted file does not come back as another one', async () => {
    const choice = choiceOf();
    await cache.pull(choice);
    await rm(cache.pathOf(choice));
    server.content = server.content.map((byte) => byte ^ 1);
    await expect(cache.pull(choice)).rejects.toThrow(/has the SHA-256 [0-9a-f]{64}; expected/);
  });

  it('refuses a file that is not the published one', async () => {
    await expect(cache.pull(choiceOf({ sha256: '0'.repeat(64) }))).rejects.toThrow(
      /has the SHA-256 [0-9a-f]{64}; expected 0{64}/,
    );
    expect(await readdir(cache.folder)).toEqual([]);
  });

  it('refuses a source that there is not', async () => {
    await expect(cache.pull({ ...choiceOf(), source: 'huggingface' })).rejects.toThrow(
      'net has no source huggingface.',
    );
  });
});

describe('verify', () => {
  it('finds out a changed byte', async () => {
    const choice = choiceOf();
    const record = await cache.pull(choice);
    expect(await cache.verify(choice)).toEqual(record);
    await writeFile(
      cache.pathOf(choice),
      server.content.map((byte) => byte ^ 1),
    );
    await expect(cache.verify(choice)).rejects.toThrow(`not the one of its first download, ${record.sha256}.`);
  });

  it('checks and pins what the user put there', async () => {
    await cache.pull(choiceOf({ file: 'other.pth' }));
    const choice = choiceOf();
    await copyFile(torchFile, cache.pathOf(choice));
    expect(await cache.record(choice)).toMatchObject({ sha256: sha256(server.content), url: server.url });
    expect(await readdir(cache.folder)).toContain('net.pth.json');

    const published = choiceOf({ file: 'third.pth', sha256: '0'.repeat(64) });
    await copyFile(torchFile, cache.pathOf(published));
    await expect(cache.record(published)).rejects.toThrow(`not the one that was published, ${'0'.repeat(64)}.`);
  });

  it('says what is missing, and when the record is damaged', async () => {
    const choice = choiceOf();
    await expect(cache.verify(choice)).rejects.toThrow(`net is not in ${cache.folder}.`);
    await cache.pull(choice);
    await writeFile(`${cache.pathOf(choice)}.json`, '{');
    await expect(cache.record(choice)).rejects.toThrow('net.pth.json is damaged.');
  });
});

describe('safetensors', () => {
  it('converts a PyTorch file once, and again when it has changed', async () => {
    const choice = choiceOf();
    await cache.pull(choice);
    const stages = new Set<string>();
    const path = await cache.safetensors(choice, { onProgress: ({ stage }) => stages.add(stage) });
    expect(path).toBe(join(cache.folder, 'net.safetensors'));
    expect([...stages]).toEqual(['convert']);
    const bytes = await FileBytes.open(path);
    const { tensors } = await convertTorch(bytesSource(new Uint8Array(await readFile(torchFile)), 'checkpoint.pth'));
    expect([...(await SafetensorsFile.open(bytes)).tensors.keys()].sort()).toEqual(
      tensors.map(({ name }) => name).sort(),
    );
    await bytes.close();
    expect(await cache.state(choice)).toMatchObject({ kind: 'downloaded', converted: true });

    const past = new Date(0);
    await utimes(path, past, past);
    await cache.safetensors(choice);
    expect((await stat(path)).mtime).toEqual(past);

    await rm(`${cache.pathOf(choice)}.json`);
    await copyFile(torchFile.replace('checkpoint', 'nested'), cache.pathOf(choice));
    await cache.safetensors(choice);
    expect((await stat(path)).mtime).not.toEqual(past);

    await writeFile(path, 'damaged');
    await cache.safetensors(choice);
    expect((await stat(path)).size).toBeGreaterThan(100);
  });

  it('leaves safetensors as they are', async () => {
    const choice = choiceOf({ file: 'net.safetensors', format: 'safetensors' });
    await cache.pull(choice);
    expect(await cache.safetensors(choice)).toBe(cache.pathOf(choice));
    expect(await readdir(cache.folder)).toHaveLength(3);
  });
});
