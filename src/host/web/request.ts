/** Fetches complete files, without range requests, which many servers do not support. */
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
        : 'A server of another site must allow this page to read the file (CORS). Or download the file and pass it itself.',
      cause,
    });
  }
}

/** A file that a server has begun to send. */
export interface Incoming {
  /** The bytes as they arrive. @throws FetchError if the connection breaks; the reason of the signal */
  readonly body: AsyncIterable<Uint8Array>;
  /** Total number of bytes; 0 if the server does not send it. */
  readonly total: number;
  /** Changes with the file; undefined if the server does not send one. */
  readonly version: string | undefined;
}

/** Requests a file. @throws FetchError if the server does not send it; the reason of the signal */
export async function request(url: string, signal: AbortSignal | undefined): Promise<Incoming> {
  const explained = (error: unknown): unknown =>
    signal?.aborted ? error : new FetchError(url, messageOf(error), false, error);
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw explained(error);
  });
  const isMissing = response.status === 404 || response.status === 410;
  if (!response.ok || !response.body) throw new FetchError(url, `the server answered ${response.status}`, isMissing);
  // Servers of single-page apps answer unknown addresses with the start page.
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    await response.body.cancel();
    throw new FetchError(url, 'the server answered with a web page instead of a file', true);
  }
  const reader = response.body.getReader();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw explained(error);
      });
      if (done) return;
      yield value;
    }
  };
  return {
    body: body(),
    total: Number(response.headers.get('content-length') ?? 0),
    version: versionOf(response.headers),
  };
}

/** The current version of a file on the server; undefined if it cannot be found out. @throws the reason of the signal */
export async function currentVersion(url: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const response = await fetch(url, { method: 'HEAD', signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return response?.ok ? versionOf(response.headers) : undefined;
}

/** Identifies a version of a file: its ETag, else its date and length, which are all that a page may read from other sites. */
function versionOf(headers: Headers): string | undefined {
  const etag = headers.get('etag')?.replace(/^W\//, '');
  if (etag) return etag;
  const parts = [headers.get('last-modified'), headers.get('content-length')].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' ') : undefined;
}
