/** What a page can tell a person about a file before it is downloaded. */
import { type Checkpoint, type CheckpointFile, checkpoints } from '../../../weights/index.ts';
import { isTorch } from '../../../weights/index.ts';
import { fileName } from './fileName.ts';
import { expectFile, lengthOf, rangeOf, send } from './request.ts';

/** A file on a server, before it is downloaded. */
export interface DownloadDescription {
  /** The absolute address. */
  readonly url: string;
  /** File name in the address. */
  readonly file: string;
  /** Bytes of the file; absent if the server does not let the page know. */
  readonly bytes?: number;
  /** Bytes of storage that the store needs for it: twice as many for a PyTorch file, which is converted; absent as `bytes`. */
  readonly storageBytes?: number;
  /** Whether the server serves parts of the file. If not, a download that breaks off starts over. */
  readonly ranges: boolean;
  /** The released checkpoint with this address or file name; absent if there is none. */
  readonly known?: KnownDownload;
}

/** A released checkpoint, recognized by its address or file name alone. */
export interface KnownDownload extends Pick<Checkpoint, 'id' | 'network' | 'title' | 'license'> {
  /** Size and SHA-256 (hexadecimal) of the released file, where they are known. */
  readonly released: Pick<CheckpointFile, 'bytes' | 'sha256'>;
}

/**
 * Asks the server about a file, without downloading it.
 * @param url may be relative
 * @throws UserError if the server does not answer, has no such file, or does not allow the page to read its files; the reason
 *   of the signal
 */
export async function describeDownload(
  url: string | URL,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<DownloadDescription> {
  const { href } = new URL(url, location.href);
  const file = fileName(href);
  const response = await send(href, { signal, headers: { range: 'bytes=0-0' } });
  await expectFile(href, response);
  await response.body?.cancel();
  const ranges = response.status === 206;
  // Another site need not let a page read the range. The length that HEAD gives is always readable.
  const bytes =
    (ranges ? rangeOf(response.headers)?.total : lengthOf(response.headers)) || (await sizeOf(href, signal));
  const known = knownDownload(href);
  return {
    ...{ url: href, file, ranges },
    ...(bytes > 0 && { bytes, storageBytes: isTorch(file) ? 2 * bytes : bytes }),
    ...(known && { known }),
  };
}

/** The released checkpoint that an address or a file name means; undefined if it means none. */
export function knownDownload(url: string | URL): KnownDownload | undefined {
  const { href } = new URL(url, location.href);
  const file = fileName(href);
  for (const { id, network, title, license, sources } of checkpoints) {
    for (const source of Object.values(sources)) {
      if (source.url !== href && source.file !== file) continue;
      const { bytes, sha256 } = source;
      const released = { ...(bytes !== undefined && { bytes }), ...(sha256 !== undefined && { sha256 }) };
      return { id, network, title, license, released };
    }
  }
  return undefined;
}

/** Length of a file by HEAD; 0 if unknown. */
async function sizeOf(url: string, signal: AbortSignal | undefined): Promise<number> {
  const response = await send(url, { method: 'HEAD', signal });
  return response.ok ? lengthOf(response.headers) : 0;
}
