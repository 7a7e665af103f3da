/** Files behind addresses, asked for whole: no range requests, which many servers do not answer. */
import { messageOf, UserError } from '../errors.ts';

/** A file that cannot be fetched. */
export class FetchError extends UserError {
  /** @param missing whether the server says that it has no such file */
  constructor(
    url: string,
    reason: string,
    readonly missing: boolean,
    cause?: unknown,
  ) {
    super(`${url} cannot be fetched: ${reason}.`, {
      hint: missing
        ? 'Check the address: open it in the browser.'
        : 'Other sites must allow this page to read the file (CORS). Or download it, and give the file itself.',
      cause,
    });
  }
}

/** A file that a server begins to send. */
export interface Incoming {
  /** The bytes as they arrive. @throws FetchError if the connection breaks; the signal's reason */
  readonly body: AsyncIterable<Uint8Array>;
  /** How many they will be; 0 when the server does not say. */
  readonly total: number;
  readonly version: string | undefined;
}

/** Asks for a whole file. @throws FetchError if the server does not send it; the signal's reason */
export async function request(url: string, signal: AbortSignal | undefined): Promise<Incoming> {
  const told = (error: unknown): unknown =>
    signal?.aborted ? error : new FetchError(url, messageOf(error), false, error);
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    throw told(error);
  });
  const isMissing = response.status === 404 || response.status === 410;
  if (!response.ok || !response.body) throw new FetchError(url, `the server answered ${response.status}`, isMissing);
  // Servers of pages that are one program answer any address with that page.
  if (response.headers.get('content-type')?.startsWith('text/html')) {
    await response.body.cancel();
    throw new FetchError(url, 'the server answered with a web page instead of a file', true);
  }
  const reader = response.body.getReader();
  const body = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw told(error);
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

/** The version of a file that the server has now; undefined when it cannot be asked or does not say. @throws the signal's reason */
export async function currentVersion(url: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const response = await fetch(url, { method: 'HEAD', signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return response?.ok ? versionOf(response.headers) : undefined;
}

/** What tells one version of a file from another. Other sites show a page only the date and the length. */
function versionOf(headers: Headers): string | undefined {
  const etag = headers.get('etag')?.replace(/^W\//, '');
  if (etag) return etag;
  const parts = [headers.get('last-modified'), headers.get('content-length')].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(' ') : undefined;
}
