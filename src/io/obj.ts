/**
 * Reads point maps from Wavefront OBJ: one `v x y z [r g b]` for each pixel, row by row, as the Record3D app exports them.
 * Other lines (faces, normals, comments) are ignored. Axes and units stay as they are in the file.
 */

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The file cannot be used as a point map. */
export class ObjError extends Error {
  override name = 'ObjError';
}

const CHUNK_BYTES = 1 << 22;

/**
 * Reads a point map for a photo of a known size. Programs write `v 0 0 0` for a pixel without a point: a camera sees nothing in itself.
 * @param sizes in pixels that the map may have
 * @returns [height, width, 3] of one of the sizes; NaN where there is no point
 * @throws ObjError if a vertex is not three numbers, or there is not one vertex for each pixel
 */
export function decodeObjPointMap(bytes: Uint8Array, sizes: readonly Size[]): { xyz: Float32Array; size: Size } {
  const most = Math.max(...sizes.map(({ width, height }) => width * height));
  const xyz = new Float32Array(3 * most);
  let count = 0;
  let lineNumber = 0;
  for (const line of lines(bytes)) {
    lineNumber++;
    if (!/^\s*v\s/.test(line)) continue;
    if (count < most) {
      const point = parseVertex(line, lineNumber);
      const isPoint = point.every(Number.isFinite) && point.some((value) => value !== 0);
      xyz.set(isPoint ? point : [NaN, NaN, NaN], 3 * count);
    }
    count++;
  }
  const size = sizes.find(({ width, height }) => width * height === count);
  if (size) return { xyz: xyz.subarray(0, 3 * count), size };
  const wanted = sizes.map(({ width, height }) => `${width} x ${height} = ${width * height}`).join(' or ');
  throw new ObjError(
    `The .obj file has ${count} vertices, but the photo has ${wanted} pixels. ` +
      'It must have one vertex for each pixel, row by row. Use the photo that was exported with it, in its original size.',
  );
}

function parseVertex(line: string, lineNumber: number): number[] {
  const fields = line.trim().split(/\s+/).slice(1, 4);
  const point = fields.map(parseNumber);
  if (point.length < 3 || point.includes(undefined)) {
    throw new ObjError(`Line ${lineNumber} of the .obj file is not "v x y z": ${JSON.stringify(line.slice(0, 80))}.`);
  }
  return point as number[];
}

/** Parses a decimal number, or one of the words that C prints for non-finite values; gives undefined for anything else. */
function parseNumber(text: string): number | undefined {
  if (/^[-+]?(nan|inf|infinity)(\(.*\))?$/i.test(text)) return NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Splits a text file into lines. It is decoded in chunks, because a 12-megapixel export is too long for a JavaScript string. */
function* lines(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const pieces = (rest + decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true })).split('\n');
    rest = pieces.pop()!;
    yield* pieces;
  }
  if (rest !== '') yield rest;
}
