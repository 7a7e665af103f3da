/** `unflat serve`: what the server answers, which port it takes, and how the command ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AppServer, startAppServer } from '../../src/cli/work/appServer.ts';
import { appFolder, serve } from '../../src/cli/work/serve.ts';
import { DEFAULT_PORT } from '../../src/cli/serve.ts';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';
import { run } from '../setup/standInEngine.ts';

beforeAll(ensureBuild, 300_000);

/** Sends a request as it is written: `fetch` would tidy up the path, and set the host. */
function ask(
  server: Pick<AppServer, 'address'>,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('the server', () => {
  let server: AppServer;
  beforeAll(async () => {
    server = await startAppServer(join(root, 'dist/app'), 0);
  });
  afterAll(() => server?.close());

  it.each([
    ['/', 'index.html', 'text/html;charset=utf-8'],
    ['/?photo=mug#top', 'index.html', 'text/html;charset=utf-8'],
    ['/app.js', 'app.js', 'text/javascript'],
    ['/sw.js', 'sw.js', 'text/javascript'],
    ['/style.css', 'style.css', 'text/css'],
    ['/icon.svg', 'icon.svg', 'image/svg+xml'],
    ['/icon-192.png', 'icon-192.png', 'image/png'],
    ['/manifest.webmanifest', 'manifest.webmanifest', 'application/manifest+json'],
    ['/examples/mug.webp', 'examples/mug.webp', 'image/webp'],
    ['/tiny/config.json', 'tiny/config.json', 'application/json'],
    ['/tiny/sam.safetensors', 'tiny/sam.safetensors', 'application/octet-stream'],
    ['/view.html', 'view.html', 'text/html;charset=utf-8'],
  ])('answers %s with %s as %s', async (path, file, type) => {
    const expected = await readFile(join(root, 'dist/app', file));
    const { status, headers, body } = await ask(server, path);
    expect([status, headers['content-type']]).toEqual([200, type]);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(body.equals(expected)).toBe(true);
  });

  it('sends no body for HEAD, nor for a file that the browser has', async () => {
    const { headers: whole } = await ask(server, '/app.js');
    const head = await ask(server, '/app.js', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, whole['content-length'], 0]);
    const again = await ask(server, '/app.js', { headers: { 'if-none-match': whole.etag! } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await ask(server, '/app.js', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('sends whole files to those who ask for a part', async () => {
    for (const range of ['bytes=0-9', 'bytes=9-3', 'bytes=-5', 'nonsense']) {
      expect((await ask(server, '/style.css', { headers: { range } })).status).toBe(200);
    }
  });

  it.each([
    '/nothing.js',
    '/../cli.js',
    '/%2e%2e/cli.js',
    '/..%2fcli.js',
    '/..%5ccli.js',
    '/tiny/../../cli.js',
    '/tiny/%2e%2e/node.js',
    '/examples/../../node.js',
    '//etc/passwd',
    '/cli.js',
    '/node.js',
    '/%00',
    '/%E0%A4%A',
    '/tiny',
    '/examples',
  ])('has nothing at %s', async (path) => {
    const { status, body } = await ask(server, path);
    expect([status, body.toString()]).toEqual([404, `There is no file ${path}.\n`]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', async (method) => {
    const { status, headers } = await ask(server, '/', { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('answers to the names of this machine alone', async () => {
    for (const host of ['localhost', 'LOCALHOST:8320', '127.0.0.1:1', '[::1]:8320']) {
      expect((await ask(server, '/', { headers: { host } })).status, host).toBe(200);
    }
    for (const host of ['evil.example', 'evil.example:8320', 'localhost.evil.example', '127.0.0.1.evil.example']) {
      expect((await ask(server, '/', { headers: { host } })).status, host).toBe(403);
    }
  });

  it('answers to its own pages alone', async () => {
    for (const origin of ['http://localhost:8320', 'http://127.0.0.1:1', 'http://[::1]:8320']) {
      expect((await ask(server, '/', { headers: { origin } })).status, origin).toBe(200);
    }
    for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null', 'file://', 'nonsense']) {
      const { status, body } = await ask(server, '/tiny/config.json', { headers: { origin } });
      expect([status, body.toString()], origin).toEqual([403, 'This server answers to its own pages only.\n']);
    }
  });

  it('listens on the loopback interface alone', async () => {
    const { hostname, port } = new URL(server.address);
    expect(hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces()).flatMap((of = []) => of.filter(({ internal }) => !internal));
    for (const { address } of others.filter(({ family }) => family === 'IPv4')) {
      const refused = new Promise((resolve) => {
        connect(Number(port), address, () => resolve(undefined)).once('error', resolve);
      });
      expect(await refused, address).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('forbids frames around its pages and reading from other sites', async () => {
    const { headers } = await ask(server, '/');
    expect(headers['content-security-policy']).toBe("frame-ancestors 'none'");
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it('survives a browser that goes away', async () => {
    const { hostname, port } = new URL(server.address);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('GET /tiny/mcc.safetensors HTTP/1.1\r\nHost: localhost\r\n\r\n');
        socket.once('data', () => socket.destroy());
      });
      socket.once('close', () => resolve());
    });
    expect((await ask(server, '/')).status).toBe(200);
  });
});

it('takes tiny weights and view.html from beside the folder, as the package has them, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-serve-'));
  await mkdir(join(folder, 'app'));
  await writeFile(join(folder, 'app/index.html'), 'page');
  await writeFile(join(folder, 'view.html'), 'view');
  await writeFile(join(folder, 'cli.js'), 'program');
  await cp(join(root, 'dist/tiny/config.json'), join(folder, 'tiny/config.json'));
  const server = await startAppServer(join(folder, 'app'), 0);
  try {
    expect((await ask(server, '/view.html')).body.toString()).toBe('view');
    expect((await ask(server, '/tiny/config.json?again')).status).toBe(200);
    for (const path of ['/cli.js', '/tiny/../cli.js', '/tiny/../view.html/../cli.js', '/tiny/none.json']) {
      expect((await ask(server, path)).status, path).toBe(404);
    }
    // A new build needs no new server.
    await writeFile(join(folder, 'app/index.html'), 'another page');
    expect((await ask(server, '/')).body.toString()).toBe('another page');
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
});

describe('the port', () => {
  const taken = createServer();
  let port: number;
  beforeAll(async () => {
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as AddressInfo).port;
  });
  afterAll(() => taken.close());

  it('is the next free one when the first is taken', async () => {
    const server = await startAppServer(join(root, 'dist/app'), { from: port });
    const used = Number(new URL(server.address).port);
    await server.close();
    expect(used).toBeGreaterThan(port);
  });

  it('that was asked for is not replaced', async () => {
    const { code, stdout, stderr } = await run(['serve', '--no-open', '--port', String(port)]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`error: Port ${port} cannot be used: another program has it, or it is reserved.\n  Name`);
  });

  it.each(['-1', '65536', '80.5', 'http'])('cannot be %s', async (text) => {
    const { code, stderr } = await run(['serve', '--no-open', `--port=${text}`]);
    expect(code).toBe(2);
    expect(stderr).toContain('Expected a whole number up to 65535');
  });
});

describe('the command', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  it('names its default port in the help', async () => {
    const { code, stdout } = await run(['serve', '--help']);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`(default: ${DEFAULT_PORT}, or the next free one)`);
    expect(stdout).toContain('--no-open');
  });

  it('prints the address, and ends at Ctrl-C with a page still connected', async () => {
    child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve', '--no-open', '--port', '0']);
    let stderr = '';
    child.stderr!.on('data', (piece: Buffer) => (stderr += piece.toString()));
    const ended = new Promise((resolve) => child!.on('close', resolve));
    const line = await new Promise<string>((resolve) =>
      child!.stdout!.once('data', (piece: Buffer) => resolve(String(piece))),
    );
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const page = await fetch(line.trim());
    expect(await page.text()).toContain('<div id="app">');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr).toBe('unflat is at this address until you press Ctrl-C.\nStopped by Ctrl-C.\n');
  });

  it('opens the browser, and goes on without one', async () => {
    let [out, err] = ['', ''];
    const terminal = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
    const opened: string[] = [];
    const serving = serve({ port: 0, open: true }, terminal, DEFAULT_PORT, (address) => {
      opened.push(address);
      // Ctrl-C, once this answer has arrived.
      setTimeout(() => process.emit('SIGINT'));
      return Promise.reject(new Error('no screen'));
    });
    await expect(serving).rejects.toThrow('Stopped by Ctrl-C.');
    expect(`${opened[0]}\n`).toBe(out);
    expect(err).toContain('No browser could be opened (no screen): open the address yourself.');
  });
});

it('follows no link out of its folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'unflat-serve-'));
  await mkdir(join(folder, 'app/inner'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'app/page.html'), 'page');
  await symlink(join(folder, 'secret.txt'), join(folder, 'app/link.txt'));
  await symlink(folder, join(folder, 'app/inner/up'));
  await symlink(join(folder, 'app/page.html'), join(folder, 'app/same.html'));
  const server = await startAppServer(join(folder, 'app'), 0);
  try {
    for (const path of ['/link.txt', '/inner/up/secret.txt', '/inner%2fup%2fsecret.txt', '/link.txt?x=1']) {
      const { status, body } = await ask(server, path);
      expect([status, body.toString()]).toEqual([404, `There is no file ${path}.\n`]);
    }
    expect((await ask(server, '/same.html')).body.toString()).toBe('page');
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
});

it('says what is missing where a package lacks the app', async () => {
  expect(await appFolder()).toBe(join(root, 'dist/app'));
  expect(await appFolder(join(root, 'dist/cli/serve.js'))).toBe(join(root, 'dist/app'));
  await expect(appFolder('/nowhere/cli.js')).rejects.toThrow(/The web app is not in a folder app next to .*cli\.js/);
});
