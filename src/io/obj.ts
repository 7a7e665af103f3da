/**
 * Point maps as Wavefront OBJ: one `v x y z [r g b]` for each pixel, row by row, as the Record3D app exports them.
 * Other lines (faces, normals, comments) are passed over. Axes and unit are kept as they stand in the file.
 */

export interface PointMap {
  width: number;
  height: number;
  /** [height, width, 3]; a pixel without a finite point holds NaN three times. */
  xyz: Float32Array;
  /** Pixels without a finite point. */
  missing: number;
}

/** The file cannot be used as a point map. */
export class ObjError extends Error {
  override name = 'ObjError';
}

const CHUNK_BYTES = 1 << 22;

/**
 * Reads a point map for a photo of a known size.
 * @throws ObjError if a vertex is not three numbers, or there is not one vertex for each pixel
 */
export function decodeObjPointMap(bytes: Uint8Array, width: number, height: number): PointMap {
  const pixels = width * height;
  const xyz = new Float32Array(3 * pixels);
  let count = 0;
  let missing = 0;
  let lineNumber = 0;
  for (const line of lines(bytes)) {
    lineNumber++;
    if (!/^\s*v\s/.test(line)) continue;
    if (count < pixels) {
      const point = parseVertex(line, lineNumber);
      const present = point.every(Number.isFinite);
      xyz.set(present ? point : [NaN, NaN, NaN], 3 * count);
      if (!present) missing++;
    }
    count++;
  }
  if (count !== pixels) {
    throw new ObjError(
      `The .obj file has ${count} vertices, the photo ${width} x ${height} = ${pixels} pixels. ` +
        'A point map has one vertex for each pixel, row by row: use the photo that was exported with it, in its original size.',
    );
  }
  return { width, height, xyz, missing };
}

function parseVertex(line: string, lineNumber: number): number[] {
  const fields = line.trim().split(/\s+/).slice(1, 4);
  const point = fields.map(parseNumber);
  if (point.length < 3 || point.includes(undefined)) {
    throw new ObjError(`Line ${lineNumber} of the .obj file is not "v x y z": ${JSON.stringify(line.slice(0, 80))}.`);
  }
  return point as number[];
}

/** A decimal number, or a word that C programs print for values that are not finite; anything else is undefined. */
function parseNumber(text: string): number | undefined {
  if (/^[-+]?(nan|inf|infinity)(\(.*\))?$/i.test(text)) return NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Lines of a text file, decoded in pieces: a 12-megapixel export is longer than a JavaScript string may be. */
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
