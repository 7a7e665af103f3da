/** Downloads files: resumes after an interruption, checks the result, and publishes it only when complete. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { messageOf, UserError } from '../errors.ts';
import { explained, reasonOf } from './fileErrors.ts';
import { type Beginning, PartialFile } from './partial.ts';

export interface DownloadRequest {
  readonly url: string;
  /** Path of the complete file. Its folder is created. */
  readonly path: string;
  /** Length and SHA-256 (hexadecimal) of the file, if known. */
  readonly bytes?: number;
  readonly sha256?: string;
  readonly signal?: AbortSignal;
  /** Reports the bytes downloaded or checked so far. */
  readonly onProgress?: (event: { stage: 'download' | 'check'; done: number; total: number }) => void;
  /** Receives a line when the download is interrupted and continues, or restarts. */
  readonly onNotice?: (line: string) => void;
  /** Called when the file is complete and checked, before it appears at `path`. */
  readonly beforePublish?: (downloaded: Downloaded) => Promise<void>;
  /** Milliseconds before the first retry. Each further retry waits twice as long. */
  readonly pauseMs?: number;
}

/** A complete file on disk. */
export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
}

/** Maximum number of attempts in a row without a new byte. */
const MAX_FUTILE = 5;
/** A server that sends nothing for this long counts as disconnected. */
const SILENCE_MS = 60_000;
/** Errors of a connection that was never made: the machine is offline, or the host name is wrong. */
const NO_CONNECTION = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH'];

/** The download was interrupted. Another attempt may continue it. */
class InterruptedDownload extends Error {}

/**
 * Downloads a file, through the proxy of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. An interrupted download continues where it
 * stopped, now or in a later call, if the server still has the same file.
 * @throws UserError if the file cannot be downloaded, or has the wrong length or checksum; the reason of `signal` if aborted
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  await mkdir(dirname(request.path), { recursive: true }).catch((error: unknown) => {
    throw new UserError(`The folder ${dirname(request.path)} cannot be created: ${reasonOf(error)}.`, {
      hint: 'Choose another one with --weights-dir or UNFLAT_CACHE.',
      cause: error,
    });
  });
  const unwritten = (error: unknown): unknown => explained(`${request.path} cannot be written`, error);
  const partial = await PartialFile.claim(request.path).catch((error: unknown) => {
    throw unwritten(error);
  });
  // Node's own fetch reads no proxy settings before version 24.
  const dispatcher = new EnvHttpProxyAgent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS });
  try {
    const inParts = await receive(request, partial, dispatcher);
    let sha256 = await checksum(partial.data, request);
    if (request.sha256 !== undefined && sha256 !== request.sha256 && inParts) {
      request.onNotice?.(
        'The file was downloaded in several parts and has the wrong checksum. The download starts again.',
      );
      await partial.restart();
      await receive(request, partial, dispatcher);
      sha256 = await checksum(partial.data, request);
    }
    if (request.sha256 !== undefined && sha256 !== request.sha256) {
      await partial.discard();
      throw new UserError(`${request.url} has the SHA-256 ${sha256}; expected ${request.sha256}.`, {
        hint: 'The server has another file under this name, or the file was changed on the way. Nothing was kept.',
      });
    }
    const downloaded = { bytes: await partial.length(), sha256 };
    await request.beforePublish?.(downloaded);
    await partial.publish();
    return downloaded;
  } catch (error) {
    await partial.release();
    throw unwritten(error);
  } finally {
    await dispatcher.destroy();
  }
}

/** SHA-256 of a file, hexadecimal. @throws UserError if it cannot be read; the reason of `signal` if aborted */
export async function checksum(
  path: string,
  { signal, onProgress }: Pick<DownloadRequest, 'signal' | 'onProgress'> = {},
): Promise<string> {
  const hash = createHash('sha256');
  try {
    const { size: total } = await stat(path);
    let done = 0;
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20, signal })) {
      hash.update(piece as Buffer);
      done += (piece as Buffer).length;
      onProgress?.({ stage: 'check', done, total });
    }
  } catch (error) {
    throw explained(`${path} cannot be read`, error);
  }
  signal?.throwIfAborted();
  return hash.digest('hex');
}

/** Tries until the file is complete. @returns whether it came in more than one part */
async function receive(
  request: DownloadRequest,
  partial: PartialFile,
  dispatcher: EnvHttpProxyAgent,
): Promise<boolean> {
  const { signal, pauseMs = 1000 } = request;
  let furthest = await partial.length();
  let inParts = furthest > 0;
  for (let futile = 0; ;) {
    signal?.throwIfAborted();
    try {
      await attempt(request, partial, dispatcher);
      return inParts;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof InterruptedDownload)) throw error;
      const length = await partial.length();
      futile = length > furthest ? 0 : futile + 1;
      furthest = Math.max(furthest, length);
      inParts ||= length > 0;
      if (futile >= MAX_FUTILE || (furthest === 0 && isOffline(error))) throw unreachable(request, error);
      request.onNotice?.(`The download was interrupted after ${length} bytes (${error.message}). It continues.`);
      await sleep(pauseMs * 2 ** futile, undefined, { signal });
    }
  }
}

/** Makes one request. Returns when the file is complete. @throws InterruptedDownload */
async function attempt(request: DownloadRequest, partial: PartialFile, dispatcher: EnvHttpProxyAgent): Promise<void> {
  const known = partial.beginning;
  // Bytes from another address, or of unknown origin, do not belong to this file.
  if (known?.url !== request.url) await partial.restart();
  else if ((await partial.length()) === known.total) return;

  const offset = await partial.length();
  const response = await ask(request, offset, partial.beginning, dispatcher);
  const total = await expectAnswer(request, response, partial, offset).catch(async (error: unknown) => {
    await response.body?.cancel().catch(() => undefined);
    throw error;
  });
  await append(request, response, partial, total);
}

async function ask(
  { url, signal }: DownloadRequest,
  offset: number,
  beginning: Beginning | undefined,
  dispatcher: EnvHttpProxyAgent,
): Promise<Response> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'unflat' };
  if (offset > 0) {
    headers.range = `bytes=${offset}-`;
    const validator = strong(beginning?.etag) ?? beginning?.lastModified;
    if (validator !== undefined) headers['if-range'] = validator;
  }
  for (let [at, redirects] = [url, 0]; ; redirects++) {
    let response: Response;
    try {
      response = await fetch(at, { headers, signal, dispatcher, redirect: 'manual' });
    } catch (error) {
      throw interruptedDownload(error);
    }
    const to = response.headers.get('location');
    if (!REDIRECTS.includes(response.status) || to === null) return response;
    await response.body?.cancel().catch(() => undefined);
    if (redirects === MAX_REDIRECTS) {
      throw new UserError(`${url} cannot be downloaded: the server redirects again and again, last to ${to}.`);
    }
    at = redirected(at, to);
  }
}

/**
 * The address that a server redirects to. Exported for tests.
 * @throws UserError if it is none, or leaves https: so far nobody on the way could change the file unseen, with plain http anybody could
 */
export function redirected(from: string, location: string): string {
  const hint = 'Give the address of another server with --base-url, or download the file with another program.';
  if (!URL.canParse(location, from)) {
    throw new UserError(`${from} cannot be downloaded: the server redirects to ${location}, which is no address.`, {
      hint,
    });
  }
  const to = new URL(location, from);
  if (new URL(from).protocol === 'https:' && to.protocol !== 'https:') {
    throw new UserError(`${from} cannot be downloaded: the server redirects to ${to.href}, which is not encrypted.`, {
      hint,
    });
  }
  return to.href;
}

/** Statuses of an answer that names another address, and how many of them are followed. */
const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 10;

/** The ETag if it is a strong validator: only those guarantee equal bytes. */
const strong = (etag: string | undefined): string | undefined => (etag?.startsWith('W/') ? undefined : etag);

/**
 * Checks the answer, and prepares the partial file for its bytes.
 * @returns length of the whole file
 * @throws InterruptedDownload if another request may help; UserError if none would
 */
async function expectAnswer(
  request: DownloadRequest,
  response: Response,
  partial: PartialFile,
  offset: number,
): Promise<number> {
  const { status, headers } = response;
  const beginning = partial.beginning;
  if (status === 206 && beginning) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    const etag = headers.get('etag') ?? beginning.etag;
    if (Number(start) === offset && Number(total) === beginning.total && etag === beginning.etag)
      return beginning.total;
  }
  if (status === 206 || status === 416) {
    await partial.restart();
    throw new InterruptedDownload('the file on the server has changed');
  }
  if (status === 408 || status === 429 || status >= 500) throw new InterruptedDownload(`the server answered ${status}`);
  if (status !== 200) {
    throw new UserError(`${request.url} cannot be downloaded: the server answered ${status}.`, {
      hint: byHand(request),
    });
  }
  if (headers.get('content-type')?.startsWith('text/html')) {
    throw new UserError(`${request.url} gave a web page instead of a file.`, {
      hint: `The server may want a login, or a proxy answered instead. ${byHand(request)}`,
    });
  }
  const announced = headers.get('content-length');
  const total = announced === null ? request.bytes : Number(announced);
  if (total === undefined) {
    throw new UserError(`${request.url} cannot be downloaded: the server does not say how long the file is.`, {
      hint: `Without the length, an incomplete file cannot be recognized. ${byHand(request)}`,
    });
  }
  if (request.bytes !== undefined && total !== request.bytes) {
    throw new UserError(`${request.url} has ${total} bytes; expected ${request.bytes}.`, {
      hint: 'The server has another file under this name. Nothing was kept.',
    });
  }
  const [etag, lastModified] = [headers.get('etag') ?? undefined, headers.get('last-modified') ?? undefined];
  await expectFreeSpace(request, total);
  await partial.restart({ url: request.url, total, etag, lastModified });
  return total;
}

async function expectFreeSpace({ path }: DownloadRequest, wanted: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  if (bavail * bsize >= wanted) return;
  throw new UserError(`${dirname(path)} has room for ${bavail * bsize} bytes, but ${wanted} are needed.`, {
    hint: 'Free some space, or choose another folder with --weights-dir or UNFLAT_CACHE.',
  });
}

async function append(
  { path, signal, onProgress }: DownloadRequest,
  { body }: Response,
  partial: PartialFile,
  total: number,
): Promise<void> {
  const handle = await open(partial.data, 'a');
  const reader = body?.getReader();
  try {
    let length = (await handle.stat()).size;
    onProgress?.({ stage: 'download', done: length, total });
    for (;;) {
      const piece = await reader?.read().catch((error: unknown) => {
        throw interruptedDownload(error);
      });
      if (!piece?.value) break;
      signal?.throwIfAborted();
      length += piece.value.length;
      if (length > total) {
        await handle.truncate(0);
        throw new InterruptedDownload(`the server sent more than the ${total} bytes that it had announced`);
      }
      await handle.appendFile(piece.value).catch((error: unknown) => {
        throw new UserError(`${path} cannot be written: ${reasonOf(error)}.`, { cause: error });
      });
      onProgress?.({ stage: 'download', done: length, total });
    }
    if (length < total) throw new InterruptedDownload(`the answer ended after ${length} of ${total} bytes`);
    await handle.sync();
  } finally {
    await handle.close();
    // Stops a transfer that is no longer wanted. Its outcome does not matter.
    reader?.cancel().catch(() => undefined);
  }
}

/** A connection error. `fetch` wraps the actual reason. */
function interruptedDownload(error: unknown): InterruptedDownload {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = codeOf(cause);
  return new InterruptedDownload(messageOf(cause) || code || 'the connection failed', { cause });
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

const isOffline = ({ cause }: InterruptedDownload): boolean => NO_CONNECTION.includes(codeOf(cause) ?? '');

const byHand = ({ path }: DownloadRequest): string => `Or download it with another program, and put it at ${path}`;

function unreachable(request: DownloadRequest, error: InterruptedDownload): UserError {
  return new UserError(`${request.url} cannot be downloaded: ${error.message}.`, {
    hint: `Check the connection, HTTPS_PROXY and NO_PROXY. A later download continues this one. ${byHand(request)}`,
    cause: error,
  });
}
