/** The commands that are killed: small enough that one takes seconds. */
import { createServer, type Server } from 'node:http';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { SafetensorsFile } from '../../weights/safetensors.ts';
import { writeTorch } from '../../weights/torchWriter.ts';
import type { TensorToWrite } from '../../weights/tensorToWrite.ts';

export interface Subject {
  readonly name: string;
  /** Puts what the command reads into the folder `in`. */
  prepare(folder: string): Promise<void>;
  /** Arguments of `unflat`; the folder is the one that it runs in. It writes into `out`. */
  args(): Promise<readonly string[]>;
  /** Files of `out` that grow line by line: killed in between, they have fewer lines. */
  readonly growing?: RegExp;
  end?(): void;
}

const PHOTO = join('examples', 'mug.png');
/** Generated weights of the small networks, and a coarse grid. */
const QUICK = [
  ...['--weights', 'synthetic:1', '--size', 'small', '--granularity', '0.5', '--threshold', '0.01'],
  ...['--faces', '1000', '--texture', '64', '--quiet', '--box', '60,40,400,420'],
];

const reconstruct: Subject = {
  name: 'reconstruct',
  prepare: (folder) => copyFile(PHOTO, join(folder, 'mug.png')),
  args: () => Promise.resolve(['reconstruct', 'in/mug.png', '-o', 'out', ...QUICK]),
};

const batch: Subject = {
  name: 'batch',
  async prepare(folder) {
    for (const name of ['a.png', 'b.png']) await copyFile(PHOTO, join(folder, name));
  },
  args: () => Promise.resolve(['batch', 'in', '-o', 'out', ...QUICK]),
  growing: /^results\.jsonl$|^\.batch\.lock$/,
};

const convert: Subject = {
  name: 'convert',
  async prepare(folder) {
    const file = await FileBytes.open(join('weights', 'tiny', 'sam.safetensors'));
    const weights = await SafetensorsFile.open(file);
    const tensors: TensorToWrite[] = [];
    for (const name of weights.tensors.keys()) {
      const { dtype, shape, values } = await weights.readTensor(name);
      tensors.push({ name, dtype, shape, data: values });
    }
    const pieces: Uint8Array[] = [];
    for await (const piece of writeTorch(tensors)) pieces.push(piece);
    await writeFile(join(folder, 'sam.pth'), Buffer.concat(pieces));
    await file.close();
  },
  args: () => Promise.resolve(['weights', 'convert', 'in/sam.pth', '-o', 'out/sam.safetensors', '--quiet']),
};

/** Bytes of the file that is pulled, and of a piece of it. */
const [FILE, PIECE] = [2 ** 20, 2 ** 16];

/** Pulls a checkpoint from a server of this process, which sends it piece by piece and can go on in the middle. */
function pull(): Subject {
  const content = Buffer.from(Uint8Array.from({ length: FILE }, (_, i) => (i * 2654435761) >>> 24));
  let server: Server | undefined;
  const start = async (): Promise<Server> => {
    const started = createServer((request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const range = from > 0 ? { 'content-range': `bytes ${from}-${FILE - 1}/${FILE}` } : {};
      response.writeHead(from > 0 ? 206 : 200, { etag: '"1"', 'content-length': FILE - from, ...range });
      const send = (at: number): void => {
        if (at >= FILE) return void response.end();
        response.write(content.subarray(at, at + PIECE), () => setTimeout(send, 5, at + PIECE));
      };
      send(from);
    });
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
    return started;
  };
  return {
    name: 'pull',
    prepare: () => Promise.resolve(),
    async args() {
      server ??= await start();
      const { port } = server.address() as AddressInfo;
      return [
        'weights',
        'pull',
        'mcc',
        '--yes',
        '--quiet',
        '--weights-dir',
        'out',
        '--base-url',
        `http://127.0.0.1:${port}`,
      ];
    },
    growing: /\.part\b/,
    end: () => void server?.close(),
  };
}

export const subjects: readonly Subject[] = [reconstruct, pull(), convert, batch];

/** Makes an empty folder ready for a subject. */
export async function prepared(subject: Subject, folder: string): Promise<void> {
  await mkdir(join(folder, 'in'), { recursive: true });
  await subject.prepare(join(folder, 'in'));
}
