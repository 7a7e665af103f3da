/** The header of an OpenEXR file: its channels, sizes, compression and tiles. Format: "OpenEXR File Layout", version 2. */
import { ExrBytes, ExrError } from './bytes.ts';

/** Types of numbers, by their code in the file, and their bytes. */
const TYPES = ['uint', 'half', 'float'] as const;
export type ExrType = (typeof TYPES)[number];
export const BYTES_OF: Readonly<Record<ExrType, number>> = { uint: 4, half: 2, float: 4 };

export interface ExrChannel {
  readonly name: string;
  readonly type: ExrType;
}

/** Ways of compression, by their code in the file. */
const COMPRESSIONS = ['NONE', 'RLE', 'ZIPS', 'ZIP', 'PIZ', 'PXR24', 'B44', 'B44A', 'DWAA', 'DWAB'] as const;

/** Those that are read, and the rows of a block of scan lines. */
export const BLOCK_ROWS = { NONE: 1, RLE: 1, ZIPS: 1, ZIP: 16 } as const;
export type ExrCompression = keyof typeof BLOCK_ROWS;

/** A rectangle of pixels in the coordinates of the file; `x1` and `y1` are its last column and row. */
export interface ExrWindow {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface ExrHeader {
  /** In the order in which a row holds them. */
  readonly channels: readonly ExrChannel[];
  readonly compression: ExrCompression;
  /** The pixels that the file holds. */
  readonly data: ExrWindow;
  /** The pixels of the picture. */
  readonly display: ExrWindow;
  /** Size of a tile; undefined for scan lines. */
  readonly tile?: { readonly width: number; readonly height: number };
}

export const widthOf = ({ x0, x1 }: ExrWindow): number => x1 - x0 + 1;
export const heightOf = ({ y0, y1 }: ExrWindow): number => y1 - y0 + 1;

const MAGIC = 0x01312f76;
/** Bits of the version field. */
const [TILED, DEEP, MULTI_PART] = [0x200, 0x800, 0x1000];

/** Reads the header from the beginning of the file to its end. @throws ExrError if it is damaged or of a kind that is not read */
export function readHeader(bytes: ExrBytes): ExrHeader {
  if (bytes.length < 8 || bytes.u32() !== MAGIC) throw new ExrError('It does not begin like an OpenEXR file.');
  const version = bytes.u32();
  if ((version & 0xff) !== 2) throw new ExrError(`It has version ${version & 0xff} of OpenEXR; version 2 is read.`);
  if (version & DEEP) throw new ExrError('It is a deep image, with several depths a pixel. Flatten it first.');
  if (version & MULTI_PART) {
    throw new ExrError('It has several parts. Separate them first: exrmultipart -separate -i file.exr -o part');
  }
  const found = readAttributes(bytes);
  const attribute = (name: string): ExrBytes => {
    const value = found.get(name);
    if (value) return new ExrBytes(value);
    throw new ExrError(`Its header has no "${name}".`);
  };
  return {
    channels: readChannels(attribute('channels')),
    compression: readCompression(attribute('compression')),
    data: readWindow('dataWindow', attribute('dataWindow')),
    display: readWindow('displayWindow', attribute('displayWindow')),
    ...(version & TILED && { tile: readTile(attribute('tiles')) }),
  };
}

/** The values of a header by name; an empty name ends it. */
function readAttributes(bytes: ExrBytes): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (let name = bytes.text(); name !== ''; name = bytes.text()) {
    bytes.text(); // The type, which the name implies.
    found.set(name, bytes.take(bytes.u32()));
  }
  return found;
}

function readChannels(bytes: ExrBytes): ExrChannel[] {
  const channels: ExrChannel[] = [];
  for (let name = bytes.text(); name !== ''; name = bytes.text()) {
    const type = TYPES[bytes.u32()];
    bytes.u32(); // Whether the values are perceptual, and three reserved bytes.
    const [every, everyRow] = [bytes.i32(), bytes.i32()];
    if (type === undefined) throw new ExrError(`Its channel ${name} has an unknown type.`);
    if (every !== 1 || everyRow !== 1) {
      throw new ExrError(`Its channel ${name} has a value for every ${every} x ${everyRow} pixels only.`);
    }
    channels.push({ name, type });
  }
  if (channels.length === 0) throw new ExrError('It has no channel.');
  return channels;
}

function readCompression(bytes: ExrBytes): ExrCompression {
  const code = bytes.u8();
  const name = COMPRESSIONS[code];
  if (name in BLOCK_ROWS) return name as ExrCompression;
  throw new ExrError(
    `It is compressed with ${name ?? `an unknown method (${code})`}; ${Object.keys(BLOCK_ROWS).join(', ')} are read. ` +
      'Store it again with ZIP: oiiotool file.exr --compression zip -o depth.exr',
  );
}

/** Windows beyond this have no meaning, and sums of them are still exact. */
const FAR = 2 ** 30;

function readWindow(name: string, bytes: ExrBytes): ExrWindow {
  const [x0, y0, x1, y1] = [bytes.i32(), bytes.i32(), bytes.i32(), bytes.i32()];
  if (x1 >= x0 && y1 >= y0 && [x0, y0, x1, y1].every((v) => Math.abs(v) < FAR)) return { x0, y0, x1, y1 };
  throw new ExrError(`Its ${name} from ${x0},${y0} to ${x1},${y1} is no rectangle.`);
}

function readTile(bytes: ExrBytes): { width: number; height: number } {
  const [width, height] = [bytes.u32(), bytes.u32()];
  if (width > 0 && height > 0 && width < FAR && height < FAR) return { width, height };
  throw new ExrError(`Its tiles are ${width} x ${height} pixels.`);
}
