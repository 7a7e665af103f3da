/**
 * The HTTP server of the web app. It listens on the loopback interface, so that other machines cannot reach it, and answers
 * requests that name this machine as their host: a page elsewhere that makes its own name point here gets nothing, and neither does
 * one that asks from another origin.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { realpath } from 'node:fs/promises';
import { dirname, extname, join, sep } from 'node:path';
import sirv, { type Options } from 'sirv';
import { UserError } from '../../host/errors.ts';
import { isSystemError } from '../../host/node/fileErrors.ts';

const LOOPBACK = '127.0.0.1';
const OWN_NAMES = [LOOPBACK, 'localhost', '[::1]'];

/** How many ports are tried, the first one included. */
const ATTEMPTS = 20;

/** The package has these files once, beside the app's folder and not in it. */
const BESIDE = /^\/(tiny\/[\w-]+(\.\w+)?|view\.html)$/;

export interface AppServer {
  /** Such as `http://127.0.0.1:8320/`. */
  readonly address: string;
  /** Breaks open connections. */
  close(): Promise<void>;
}

/**
 * Starts the server.
 * @param folder the built app; files of `BESIDE` may be in the folder above it
 * @param port the port, or the first one to try; 0 takes any free one
 * @throws UserError if no such port can be used
 */
export async function startAppServer(folder: string, port: number | { from: number }): Promise<AppServer> {
  const server = createServer(handler(folder));
  const used = typeof port === 'number' ? await listenAt(server, port) : await listenFrom(server, port.from);
  return {
    address: `http://${LOOPBACK}:${used}/`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** @returns the port */
async function listenFrom(server: Server, first: number): Promise<number> {
  for (let port = first; port < first + ATTEMPTS; port++) {
    try {
      return await listen(server, port);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  throw new UserError(`The ports ${first} to ${first + ATTEMPTS - 1} are all in use.`, {
    hint: 'Name a free one with --port; 0 takes any.',
  });
}

/** @returns the port */
async function listenAt(server: Server, port: number): Promise<number> {
  return listen(server, port).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
    throw new UserError(`Port ${port} cannot be used: another program has it, or it is reserved.`, {
      hint: 'Name another one with --port, or leave the option out: then a free one is taken.',
      cause: error,
    });
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

const isTaken = (error: unknown): boolean =>
  isSystemError(error) && (error.code === 'EADDRINUSE' || error.code === 'EACCES');

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function handler(folder: string): Handler {
  // `dev`: files are looked up at each request, so a new build is served at once. Browsers ask each time whether one has changed.
  const options: Options = { dev: true, etag: true, setHeaders };
  const [app, beside] = [sirv(folder, options), sirv(dirname(folder), options)];
  return (request, response) => {
    const refuse = (status: number, why: string): void =>
      void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
    if (!isOwnName(request.headers.host)) return refuse(403, 'This server answers to localhost only.');
    if (!isOwnOrigin(request.headers.origin)) return refuse(403, 'This server answers to its own pages only.');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(405, `${request.method} is not possible here: GET and HEAD are.`);
    }
    const path = request.url ?? '/';
    const missing = (): void => refuse(404, `There is no file ${path}.`);
    // Files are small enough to be sent whole.
    delete request.headers.range;
    const isBeside = BESIDE.test(path.replace(/\?.*/, ''));
    void leavesFolders(folder, path).then((leaves) => {
      if (leaves) return missing();
      app(request, response, () => (isBeside ? beside(request, response, missing) : missing()));
    });
  };
}

/** Whether a path leads out of the app's folder, and of the folder above it, by a symbolic link. */
async function leavesFolders(folder: string, path: string): Promise<boolean> {
  let name: string;
  try {
    name = decodeURIComponent(path.replace(/[?#].*/, ''));
  } catch {
    return false; // no file has such a name
  }
  for (const [root, inside] of [
    [folder, true],
    [dirname(folder), BESIDE.test(name)],
  ] as const) {
    if (!inside) continue;
    const real = await Promise.all([realpath(root), realpath(join(root, name))]).catch(() => undefined);
    if (real && real[1] !== real[0] && !real[1].startsWith(real[0] + sep)) return true;
  }
  return false;
}

/** @param origin the header: browsers send it with requests of other sites' pages */
function isOwnOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  // `null` is a page without an origin, such as a file or a sandboxed frame.
  return URL.canParse(origin) && OWN_NAMES.includes(new URL(origin).hostname);
}

/** @param host the header: a name, with or without a port */
function isOwnName(host: string | undefined): boolean {
  return host !== undefined && OWN_NAMES.includes(host.replace(/:\d*$/, '').toLowerCase());
}

function setHeaders(response: ServerResponse, path: string): void {
  response.setHeader('x-content-type-options', 'nosniff');
  // What a page cannot say of itself: that no other page may show it in a frame, or read its files.
  response.setHeader('content-security-policy', "frame-ancestors 'none'");
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  // Weights have no registered type.
  if (extname(path) === '.safetensors') response.setHeader('content-type', 'application/octet-stream');
}
