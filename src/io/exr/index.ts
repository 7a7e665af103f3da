/**
 * Reads depth from OpenEXR files: one channel of scan lines or tiles. docs/decisions/0047-depth-and-frames-from-elsewhere.md says why
 * this reader is our own.
 */
import { halfValue } from '../../kernels/half.ts';
import { ExrBytes, ExrError } from './bytes.ts';
import { depthChannel } from './channel.ts';
import { decompress, MAX_RATIO } from './decompress.ts';
import { BLOCK_ROWS, BYTES_OF, type ExrHeader, type ExrType, heightOf, readHeader, widthOf } from './header.ts';

export { ExrError };

export interface ExrDepth {
  /** Size of the picture (the display window). */
  readonly width: number;
  readonly height: number;
  /** Name of the channel that is read. */
  readonly channel: string;
  /** Whether that channel holds whole numbers. */
  readonly isInteger: boolean;
  /**
   * Decodes the channel: [height, width], NaN where the file holds no pixel (outside of its data window).
   * @throws ExrError if the file is damaged or cut off
   */
  values(): Float32Array;
}

/** Whether a file begins like an OpenEXR file. */
export const isExr = (bytes: Uint8Array): boolean => [0x76, 0x2f, 0x31, 0x01].every((byte, i) => bytes[i] === byte);

/**
 * Opens a file: only its header is read, so that its size can be checked before memory is taken for it. Compressions NONE, RLE, ZIPS and
 * ZIP; numbers half, float and uint.
 * @throws ExrError if the header is damaged, or the file is deep, of several parts or compressed in another way
 */
export function openExrDepth(file: Uint8Array): ExrDepth {
  const bytes = new ExrBytes(file);
  const header = readHeader(bytes);
  const channel = depthChannel(header.channels);
  const rawBytes = widthOf(header.data) * heightOf(header.data) * pixelBytes(header);
  if (rawBytes > file.length * MAX_RATIO[header.compression]) {
    throw new ExrError(
      `Its header promises ${widthOf(header.data)} x ${heightOf(header.data)} pixels, more than ${file.length} bytes can hold.`,
    );
  }
  const tableAt = bytes.at;
  return {
    width: widthOf(header.display),
    height: heightOf(header.display),
    channel: channel.name,
    isInteger: channel.type === 'uint',
    values() {
      bytes.at = tableAt;
      return readValues(bytes, header, header.channels.indexOf(channel));
    },
  };
}

const pixelBytes = ({ channels }: ExrHeader): number => channels.reduce((sum, { type }) => sum + BYTES_OF[type], 0);

/** A block of the data window, in pixels from its corner. */
interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The blocks in the order of the file's table. A file with smaller copies of itself has those in full size first. */
function* blocksOf({ data, tile, compression }: ExrHeader): Generator<Block> {
  const [width, height] = [widthOf(data), heightOf(data)];
  const size = tile ?? { width, height: BLOCK_ROWS[compression] };
  for (let y = 0; y < height; y += size.height) {
    for (let x = 0; x < width; x += size.width) {
      yield { x, y, width: Math.min(size.width, width - x), height: Math.min(size.height, height - y) };
    }
  }
}

function readValues(bytes: ExrBytes, header: ExrHeader, channel: number): Float32Array {
  const { data, display, channels, compression } = header;
  const offsets = [...blocksOf(header)].map((block) => ({ block, offset: bytes.u64() }));
  const [width, height] = [widthOf(display), heightOf(display)];
  const values = new Float32Array(width * height).fill(NaN);
  const before = channels.slice(0, channel).reduce((sum, { type }) => sum + BYTES_OF[type], 0);
  const { type } = channels[channel];
  for (const { block, offset } of offsets) {
    const raw = decompress(
      readBlock(bytes, header, block, offset),
      compression,
      block.width * block.height * pixelBytes(header),
    );
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let row = 0; row < block.height; row++) {
      const y = data.y0 + block.y + row - display.y0;
      if (y < 0 || y >= height) continue;
      // A row holds all values of its first channel, then those of the next one.
      const start = block.width * (row * pixelBytes(header) + before);
      for (let column = 0; column < block.width; column++) {
        const x = data.x0 + block.x + column - display.x0;
        if (x >= 0 && x < width) values[y * width + x] = READERS[type](view, start + column * BYTES_OF[type]);
      }
    }
  }
  return values;
}

const READERS: Readonly<Record<ExrType, (view: DataView, at: number) => number>> = {
  uint: (view, at) => view.getUint32(at, true),
  half: (view, at) => halfValue(view.getUint16(at, true)),
  float: (view, at) => view.getFloat32(at, true),
};

/** The stored bytes of a block. @throws ExrError if the table does not lead to it */
function readBlock(bytes: ExrBytes, { tile, data }: ExrHeader, block: Block, offset: number): Uint8Array {
  if (offset === 0) throw new ExrError('It is unfinished: a block was never written.');
  bytes.at = offset;
  const found = tile ? [bytes.i32(), bytes.i32(), bytes.i32(), bytes.i32()] : [bytes.i32()];
  const expected = tile ? [block.x / tile.width, block.y / tile.height, 0, 0] : [data.y0 + block.y];
  if (found.some((value, i) => value !== expected[i])) {
    throw new ExrError(`Its table of blocks is damaged: block ${expected.join(',')} is called ${found.join(',')}.`);
  }
  return bytes.take(bytes.u32());
}
