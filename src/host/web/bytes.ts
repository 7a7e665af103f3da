/** Reads byte ranges in a browser, from a dropped file or from an address. */
import { messageOf, UserError } from '../errors.ts';

/** A dropped file, read piece by piece. */
export class BlobBytes {
  readonly name: string;
  readonly size: number;
  readonly #blob: Blob;

  constructor(blob: Blob, name: string) {
    this.#blob = blob;
    this.name = name;
    this.size = blob.size;
  }

  /**
   * Reads the bytes [offset, offset + length).
   * @throws RangeError if the file ends earlier; UserError if it cannot be read, as when it was changed or deleted
   */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > this.size) throw pastEnd(this.name, offset, length, this.size);
    const bytes = await this.#blob
      .slice(offset, offset + length)
      .arrayBuffer()
      .catch((error: unknown) => {
        throw new UserError(`${this.name} cannot be read: ${messageOf(error)}`, {
          hint: 'It may have been changed or deleted after it was opened. Open it again.',
          cause: error,
        });
      });
    return new Uint8Array(bytes);
  }
}

/** A file at an address, read by HTTP range requests. */
export class UrlBytes {
  readonly name: string;
  readonly size: number;
  readonly #url: string;

  private constructor(url: string, size: number) {
    this.#url = url;
    this.name = url;
    this.size = size;
  }

  /** Asks for the size. @throws UserError if the server does not answer, or does not serve ranges */
  static async open(url: string): Promise<UrlBytes> {
    const response = await request(url, 0, 1);
    await response.body?.cancel();
    const size = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
    if (response.status !== 206 || !Number.isSafeInteger(size)) {
      throw new UserError(
        `${url} cannot be read in pieces: the server answered ${response.status} to a range request.`,
        {
          hint: 'Serve the file with a server that supports HTTP ranges, and let it expose the Content-Range header.',
        },
      );
    }
    return new UrlBytes(url, size);
  }

  /** Reads the bytes [offset, offset + length). @throws RangeError if the file ends earlier; UserError if the server fails */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > this.size) throw pastEnd(this.name, offset, length, this.size);
    if (length === 0) return new Uint8Array();
    const response = await request(this.#url, offset, length);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 206 || bytes.length !== length) {
      throw new UserError(
        `${this.name}: ${length} bytes were requested, but the server answered ${response.status} with ${bytes.length} bytes.`,
      );
    }
    return bytes;
  }
}

async function request(url: string, offset: number, length: number): Promise<Response> {
  try {
    return await fetch(url, { headers: { range: `bytes=${offset}-${offset + length - 1}` } });
  } catch (error) {
    throw new UserError(`${url} cannot be fetched: ${messageOf(error)}.`, { cause: error });
  }
}

const pastEnd = (name: string, offset: number, length: number, size: number): RangeError =>
  new RangeError(`${name}: bytes ${offset} to ${offset + length} were requested, but the file ends at ${size}.`);
