/** An HTTP server on this machine that serves one file and misbehaves as a test asks. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers one request. If it returns false, the server answers with the file, or with the range that was asked for. */
export type Whim = (request: IncomingMessage, response: ServerResponse) => boolean;

export class FileServer {
  /** The Range header of every request so far, but those of HEAD. */
  readonly ranges: (string | undefined)[] = [];
  /** Methods of the requests so far. */
  readonly methods: (string | undefined)[] = [];
  /** Whims for the next requests, one each. */
  readonly whims: Whim[] = [];
  etag: string | undefined = '"one"';
  /** Number of bytes of the file that the client has; the test sets it. */
  clientHas = 0;
  hasRanges = true;
  /** Further headers of every answer. */
  readonly headers: Record<string, string> = {};

  private constructor(
    private readonly server: Server,
    public content: Uint8Array,
  ) {}

  static async start(content: Uint8Array): Promise<FileServer> {
    const server = createServer((request, response) => files.answer(request, response));
    const files = new FileServer(server, content);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return files;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/weights.bin`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /**
   * Sends `length` bytes of what was asked for under the headers of all of it, or of `lie` bytes more, and breaks the
   * connection when the client has them.
   */
  readonly breakOff =
    (length: number, lie = 0): Whim =>
    (request, response) => {
      const { status, headers, body } = this.whole(request);
      response.writeHead(status, { ...headers, 'content-length': body.length + lie });
      response.write(body.subarray(0, length));
      // A client forgets what it has not read when the connection breaks: the test is about what it has.
      const end = this.content.length - body.length + Math.min(length, body.length);
      const waiting = setInterval(() => {
        if (this.clientHas < end) return;
        clearInterval(waiting);
        response.destroy();
      }, 1);
      return true;
    };

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.methods.push(request.method);
    if (request.method === 'HEAD') {
      const { headers } = this.whole(request);
      return void response.writeHead(200, headers).end();
    }
    this.ranges.push(request.headers.range);
    if (this.whims.shift()?.(request, response)) return;
    const { status, headers, body } = this.whole(request);
    response.writeHead(status, headers).end(body);
  }

  private whole({ headers: asked }: IncomingMessage): {
    status: number;
    headers: Record<string, string | number>;
    body: Uint8Array;
  } {
    const { content } = this;
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(asked.range ?? '') ?? [];
    const start = Number(first);
    const headers: Record<string, string | number> = { ...this.headers };
    if (this.etag !== undefined) headers.etag = this.etag;
    const unchanged = asked['if-range'] === undefined || asked['if-range'] === this.etag;
    if (!this.hasRanges || Number.isNaN(start) || !unchanged) {
      return { status: 200, headers: { ...headers, 'content-length': content.length }, body: content };
    }
    if (start >= content.length) {
      return {
        status: 416,
        headers: { ...headers, 'content-range': `bytes */${content.length}` },
        body: new Uint8Array(),
      };
    }
    const body = content.subarray(start, last ? Number(last) + 1 : content.length);
    const range = `bytes ${start}-${start + body.length - 1}/${content.length}`;
    return { status: 206, headers: { ...headers, 'content-range': range, 'content-length': body.length }, body };
  }
}
