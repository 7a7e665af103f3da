/** Downloads from a server that breaks off, lies, ignores ranges, redirects, and has other files than it should. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, redirected, type DownloadRequest } from '../../src/host/node/download.ts';
import { partialBytes } from '../../src/host/node/partial.ts';
import { FileServer } from '../setup/fileServer.ts';

const bytesOf = (length: number, factor: number) => Uint8Array.from({ length }, (_, i) => (i * factor) >>> 3);
const CONTENT = bytesOf(100_000, 7);
const OTHER = bytesOf(100_000, 11);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let path: string;
let server: FileServer;
let notices: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unflat-download-'));
  path = join(folder, 'cache', 'weights.bin');
  server = await FileServer.start(CONTENT);
  notices = [];
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

const fetchIt = ({ url = server.url, onProgress, ...more }: Partial<DownloadRequest> = {}) =>
  download({
    ...{ url, path, pauseMs: 1, onNotice: (line) => notices.push(line) },
    onProgress: (event) => {
      server.clientHas = event.done;
      onProgress?.(event);
    },
    ...more,
  });

/** The file is there whole, and nothing else. */
async function expectWhole(content = CONTENT): Promise<void> {
  expect(Buffer.compare(await readFile(path), content)).toBe(0);
  expect(await readdir(join(folder, 'cache'))).toEqual(['weights.bin']);
}

/** No file is there that could be taken for the whole one. */
async function expectNothing(): Promise<void> {
  expect(await readdir(join(folder, 'cache'))).toEqual([]);
}

describe('a download', () => {
  it('brings the file, counts, and checks it', async () => {
    const events: string[] = [];
    const onProgress: DownloadRequest['onProgress'] = ({ stage, done, total }) => {
      if (done === total) events.push(`${stage} ${total}`);
    };
    const result = await fetchIt({ sha256: sha256(CONTENT), bytes: CONTENT.length, onProgress });
    expect(result).toEqual({ bytes: CONTENT.length, sha256: sha256(CONTENT) });
    expect(events).toEqual(['download 100000', 'check 100000']);
    await expectWhole();
  });

  it('goes on after two breaks where it stopped', async () => {
    server.whims.push(server.breakOff(30_000), server.breakOff(20_000));
    await fetchIt();
    expect(server.ranges).toEqual([undefined, 'bytes=30000-', 'bytes=50000-']);
    expect(notices).toHaveLength(2);
    expect(notices[0]).toMatch(/^The download was interrupted after 30000 bytes \(.+\)\. It continues\.$/);
    await expectWhole();
  });

  it('goes on in a later call', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const onProgress: DownloadRequest['onProgress'] = ({ done }) => {
      if (done >= 40_000) controller.abort(reason);
    };
    server.whims.push(server.breakOff(40_000));
    await expect(fetchIt({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(await readdir(join(folder, 'cache'))).toEqual(['weights.bin.part']);
    const here = await partialBytes(path);
    expect(here).toBe(40_000);
    await fetchIt();
    expect(server.ranges.at(-1)).toBe(`bytes=${here}-`);
    await expectWhole();
  });

  it('takes over what a process that died has left, and not what a living one works on', async () => {
    const state = JSON.stringify({ url: server.url, total: CONTENT.length, etag: server.etag });
    const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
    const left = (pid: number) => `${path}.part.${host}.${pid}.00`;
    // The parent of this process is alive. No process has the largest number.
    for (const [pid, length] of [
      [process.ppid, 50_000],
      [2 ** 22 + 1, 20_000],
    ]) {
      await mkdir(left(pid), { recursive: true });
      await writeFile(join(left(pid), 'state.json'), state);
      await writeFile(join(left(pid), 'data'), CONTENT.subarray(0, length));
    }
    await fetchIt();
    expect(server.ranges.at(-1)).toBe('bytes=20000-');
    expect(await readdir(join(folder, 'cache'))).toEqual([
      'weights.bin',
      `weights.bin.part.${host}.${process.ppid}.00`,
    ]);
  });

  it('starts again when the server ignores ranges', async () => {
    server.hasRanges = false;
    server.whims.push(server.breakOff(30_000));
    await fetchIt();
    expect(server.ranges).toEqual([undefined, 'bytes=30000-']);
    await expectWhole();
  });

  it('starts again when the file has changed, by its validator', async () => {
    server.whims.push(server.breakOff(30_000), () => {
      [server.content, server.etag] = [OTHER, '"two"'];
      return false;
    });
    await fetchIt();
    await expectWhole(OTHER);
  });

  it('starts again when the file has changed, by its length', async () => {
    server.etag = undefined;
    const shorter = OTHER.subarray(0, 20_000);
    server.whims.push(server.breakOff(30_000), () => {
      server.content = shorter;
      return false;
    });
    await fetchIt();
    expect(server.ranges).toEqual([undefined, 'bytes=30000-', undefined]);
    await expectWhole(shorter);
  });

  it('starts again when the file has changed and only the checksum shows it', async () => {
    server.etag = undefined;
    server.whims.push(server.breakOff(30_000), () => {
      server.content = OTHER;
      return false;
    });
    await fetchIt({ sha256: sha256(OTHER) });
    expect(notices.at(-1)).toContain('has the wrong checksum. The download starts again.');
    await expectWhole(OTHER);
  });

  it('follows redirects, and asks again after faults of the server', async () => {
    const redirect =
      (location: string): FileServer['whims'][0] =>
      (_, response) => {
        response.writeHead(302, { location }).end();
        return true;
      };
    server.whims.push(
      (_, response) => {
        response.writeHead(503).end();
        return true;
      },
      redirect('/elsewhere'),
      server.breakOff(10_000),
      redirect('/a-third-place'),
    );
    await fetchIt();
    expect(server.ranges).toEqual([undefined, undefined, undefined, 'bytes=10000-', 'bytes=10000-']);
    await expectWhole();
  });

  it('follows no redirect from https to plain http, nor one to no address', () => {
    expect(redirected('https://a.example/x/y.pth', '../z.pth')).toBe('https://a.example/z.pth');
    expect(redirected('https://a.example/y', 'https://b.example/z')).toBe('https://b.example/z');
    expect(redirected('http://mirror/y', 'http://mirror/z')).toBe('http://mirror/z');
    expect(() => redirected('https://a.example/y', 'http://a.example/y')).toThrow(
      'https://a.example/y cannot be downloaded: the server redirects to http://a.example/y, which is not encrypted.',
    );
    expect(() => redirected('https://a.example/y', 'file:///etc/passwd')).toThrow(/which is not encrypted/);
    expect(() => redirected('https://a.example/y', 'http://[')).toThrow(/which is no address/);
  });

  it('ends where a server redirects in a circle', async () => {
    for (let i = 0; i < 12; i++) {
      server.whims.push((_, response) => {
        response.writeHead(302, { location: '/round' }).end();
        return true;
      });
    }
    await expect(fetchIt()).rejects.toThrow(/redirects again and again, last to \/round/);
    server.whims.length = 0;
  });

  it('does not harm another one of the same file', async () => {
    await Promise.all([fetchIt(), fetchIt(), fetchIt()]);
    await expectWhole();
  });

  it('goes through the proxy of the environment, but for the hosts that it leaves out', async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket: Socket) => {
      asked.push(request.url!);
      const [, port] = request.url!.split(':');
      const upstream = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const saved = { ...process.env };
    try {
      process.env.http_proxy = `http://127.0.0.1:${port}`;
      process.env.no_proxy = '';
      // No such name: only the proxy knows where it is.
      const url = server.url.replace('127.0.0.1', 'weights.invalid');
      await fetchIt({ url });
      expect(asked).toEqual([new URL(url).host]);
      process.env.no_proxy = '127.0.0.1';
      await fetchIt();
      expect(asked).toHaveLength(1);
    } finally {
      process.env = saved;
      proxy.closeAllConnections();
      proxy.close();
    }
    await expectWhole();
  });
});

describe('a download is refused', () => {
  it('when the checksum is wrong', async () => {
    await expect(fetchIt({ sha256: sha256(OTHER) })).rejects.toThrow(
      `${server.url} has the SHA-256 ${sha256(CONTENT)}; expected ${sha256(OTHER)}.`,
    );
    await expectNothing();
  });

  it('when the length is another one than it should be', async () => {
    await expect(fetchIt({ bytes: 5 })).rejects.toThrow(`${server.url} has 100000 bytes; expected 5.`);
    await expectNothing();
  });

  it('when the server never sends all that it announces', async () => {
    server.whims.push(...Array<FileServer['whims'][0]>(9).fill(server.breakOff(CONTENT.length, 10)));
    await expect(fetchIt()).rejects.toThrow(/weights\.bin cannot be downloaded: /);
    expect(await readdir(join(folder, 'cache'))).not.toContain('weights.bin');
  });

  it('when the server always sends more than the rest', async () => {
    const tooMuch: FileServer['whims'][0] = (_, response) => {
      const range = `bytes 30000-${CONTENT.length - 1}/${CONTENT.length}`;
      response
        .writeHead(206, { 'content-range': range, 'content-length': CONTENT.length, etag: server.etag })
        .end(CONTENT);
      return true;
    };
    for (let i = 0; i < 9; i++) server.whims.push(server.breakOff(30_000), tooMuch);
    await expect(fetchIt()).rejects.toThrow('sent more than the 100000 bytes that it had announced');
    await expectNothing();
  });

  it('when the disk has no room for it', async () => {
    server.whims.push((_, response) => {
      response.writeHead(200, { 'content-length': 1e17 }).flushHeaders();
      return true;
    });
    await expect(fetchIt()).rejects.toThrow(/cache has room for \d+ bytes, but 100000000000000000 are needed\.$/);
    await expectNothing();
  });

  it('when the server does not say how long the file is', async () => {
    server.whims.push((_, response) => {
      response.writeHead(200).end(CONTENT); // in chunks
      return true;
    });
    await expect(fetchIt()).rejects.toThrow('the server does not say how long the file is');
    await expectNothing();
  });

  it('when the file is not there, or a web page is', async () => {
    const reply =
      (status: number, type: string): FileServer['whims'][0] =>
      (_, response) => {
        response.writeHead(status, { 'content-type': type, 'content-length': 5 }).end('<html');
        return true;
      };
    server.whims.push(reply(404, 'text/plain'), reply(200, 'text/html; charset=utf-8'));
    await expect(fetchIt()).rejects.toThrow(`${server.url} cannot be downloaded: the server answered 404.`);
    await expect(fetchIt()).rejects.toThrow(`${server.url} gave a web page instead of a file.`);
    await expectNothing();
  });

  it('offline, with the address and where the file goes', async () => {
    const { url } = server;
    await server.stop();
    const failure = await fetchIt({ url }).catch((error: Error & { hint: string }) => error);
    expect(failure).toMatchObject({ name: 'UserError', hint: expect.stringContaining(`put it at ${path}`) as string });
    expect((failure as Error).message).toMatch(`${url} cannot be downloaded: connect ECONNREFUSED`);
    expect(notices).toEqual([]);
    await expectNothing();
  });

  it('when its folder cannot be made', async () => {
    await writeFile(join(folder, 'cache'), '');
    await expect(fetchIt()).rejects.toThrow(`The folder ${join(folder, 'cache')} cannot be created`);
  });
});
