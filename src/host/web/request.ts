/** Requests files: whole, or the rest of one that has arrived in part. */
import { messageOf, UserError } from '../errors.ts';

/** The error for a file that cannot be fetched. */
export class FetchError extends UserError {
  /** @param missing whether the server has no such file */
  constructor(
    url: string,
    reason: string,
    readonly missing: boolean,
    cause?: unknown,
  ) {
    super(`${url} cannot be fetched: ${reason}.`, {
      hint: missing
        ? 'Check the address: open it in the browser.'
        : 'A server of another site must allow this page to read its files (CORS). Or download the file and pass it itself.',
      cause,
    });
  }
}

/** The browser's own cache would store files a second time, and answer for a server without asking it. */
const UNCACHED = { cache: 'no-store' } as const;

/** A version of a file on a server. */
export interface FileVersion {
  /** Changes with the file; undefined if the server does not send anything that does. */
  readonly version: string | undefined;
  /** Bytes of the whole file; 0 if the server does not send it. */
  readonly total: number;
  /** A strong ETag, or a date: for If-Range (RFC 9110, section 13.1.5). */
  readonly validator: string | undefined;
}

/** A file that a server has begun to send. */
export interface Incoming extends FileVersion {
  /** The bytes as they arrive. @throws FetchError if the connection breaks; the reason of the signal */
  readonly body: AsyncIterable<Uint8Array>;
  /** Number of bytes of the file before those of `body`. */
  readonly from: number;
  /** Stops the transfer, if it is not over. */
  cancel(): Promise<void>;
}

/** What has arrived of a file. */
export interface Arrived extends FileVersion {
  readonly bytes: number;
}

/**
 * Requests a file. If a part of it has arrived, only the rest is requested. The answer holds the whole file all the same if the
 * server serves no ranges, or has another version now.
 * @throws FetchError if the server does not send it; the reason of the signal
 */
export async function request(url: string, signal: AbortSignal | undefined, arrived?: Arrived): Promise<Incoming> {
  if (!arrived) return incoming(url, await send(url, { signal }), 0, signal);
  const headers: Record<string, string> = { range: `bytes=${arrived.bytes}-` };
  // Another site would have to allow If-Range in a preflight request. The answer is compared in any case.
  if (arrived.validator !== undefined && isOwnSite(url)) headers['if-range'] = arrived.validator;
  const response = await send(url, { signal, headers });
  if (response.status !== 206 && response.status !== 416) return incoming(url, response, 0, signal);
  if (continues(response, arrived)) return incoming(url, response, arrived.bytes, signal);
  await response.body?.cancel();
  return incoming(url, await send(url, { signal }), 0, signal);
}

/** The current version of a file on the server; undefined if it cannot be found out. @throws the reason of the signal */
export async function currentVersion(url: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const response = await fetch(url, { ...UNCACHED, method: 'HEAD', signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return response?.ok ? versionOf(response.headers, lengthOf(response.headers)).version : undefined;
}

/** Sends a request. @throws FetchError if nothing answers; the reason of the signal */
export async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...UNCACHED, ...init }).catch((error: unknown) => {
    throw explained(url, error, init.signal);
  });
  // Nobody on the way could change the file unseen so far; with plain http, anybody could.
  if (/^https:/i.test(url) && /^http:/i.test(response.url)) {
    await response.body?.cancel();
    throw new FetchError(url, `the server redirects to ${response.url}, which is not encrypted`, false);
  }
  return response;
}

/** @throws FetchError if the answer is no file */
export async function expectFile(url: string, response: Response): Promise<void> {
  const isMissing = response.status === 404 || response.status === 410;
  let problem = response.ok ? undefined : `the server answered ${response.status}`;
  // Servers of single-page apps answer unknown addresses with the start page.
  const isPage = response.ok && response.headers.get('content-type')?.startsWith('text/html') === true;
  if (isPage) problem = 'the server answered with a web page instead of a file';
  if (problem === undefined) return;
  await response.body?.cancel();
  throw new FetchError(url, problem, isMissing || isPage);
}

/** The range of an answer with status 206; undefined if the server does not say it, or does not let a page of another site know. */
export function rangeOf(headers: Headers): { from: number; total: number } | undefined {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return total === undefined ? undefined : { from: Number(from), total: Number(total) };
}

/** Length of the body, if it has the bytes of the file as they are; 0 if unknown. */
export const lengthOf = (headers: Headers): number =>
  headers.has('content-encoding') ? 0 : Number(headers.get('content-length') ?? 0);

/** Whether an answer brings the bytes that follow those that arrived, of the same version of the file. */
function continues({ status, headers }: Response, arrived: Arrived): boolean {
  if (status !== 206) return false;
  const length = lengthOf(headers);
  // Another site need not let a page read Content-Range, but its length is always readable.
  const { from, total } = rangeOf(headers) ?? { from: arrived.bytes, total: arrived.bytes + length };
  return (
    from === arrived.bytes &&
    total === arrived.total &&
    length === total - from &&
    versionOf(headers, total).version === arrived.version
  );
}

async function incoming(
  url: string,
  response: Response,
  from: number,
  signal: AbortSignal | undefined,
): Promise<Incoming> {
  await expectFile(url, response);
  if (!response.body) throw new FetchError(url, 'the answer is empty', false);
  const length = lengthOf(response.headers);
  const reader = response.body.getReader();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    let received = 0;
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw explained(url, error, signal);
      });
      if (done) break;
      received += value.length;
      if (from > 0 && received > length) throw new FetchError(url, 'the server sent more than it announced', false);
      yield value;
    }
    if (received < length) throw new FetchError(url, `the answer ended after ${received} of ${length} bytes`, false);
  };
  const total = length === 0 ? 0 : from + length;
  return {
    ...{ body: body(), from, ...versionOf(response.headers, total) },
    cancel: () => reader.cancel().catch(() => undefined),
  };
}

const explained = (url: string, error: unknown, signal: AbortSignal | null | undefined): unknown =>
  signal?.aborted ? error : new FetchError(url, messageOf(error), false, error);

const isOwnSite = (url: string): boolean => new URL(url).origin === new URL(location.href).origin;

/** Identifies a version of a file: its ETag, else its date and length, which are all that a page may read from other sites. */
function versionOf(headers: Headers, total: number): FileVersion {
  const [etag, date] = [headers.get('etag') ?? undefined, headers.get('last-modified') ?? undefined];
  const length = total > 0 ? String(total) : undefined;
  const parts = [date, length].filter((part) => part !== undefined);
  return {
    version: etag?.replace(/^W\//, '') ?? (parts.length > 0 ? parts.join(' ') : undefined),
    total,
    validator: etag === undefined || etag.startsWith('W/') ? date : etag,
  };
}
