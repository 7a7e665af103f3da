/** The header of PLY files, which those of points and of meshes share. */

/** A list of a PLY file. */
export interface PlyElement {
  readonly name: string;
  readonly count: number;
  /** A type and the names of properties of that type: `float x y z`. A list has one name: `list uchar uint vertex_indices`. */
  readonly properties: readonly string[];
}

/**
 * Writes the header of a binary little-endian PLY file.
 * @param comments lines such as units and frame
 * @throws RangeError if a comment holds a line break
 */
export function plyHeader(elements: readonly PlyElement[], comments: readonly string[]): Uint8Array {
  const broken = comments.find((line) => /[\r\n]/.test(line));
  if (broken !== undefined) throw new RangeError(`PLY: a comment is one line, got ${JSON.stringify(broken)}.`);
  return new TextEncoder().encode(
    [
      'ply',
      'format binary_little_endian 1.0',
      ...comments.map((line) => `comment ${line}`),
      ...elements.flatMap(({ name, count, properties }) => [
        `element ${name} ${count}`,
        ...properties.flatMap(propertyLines),
      ]),
      'end_header\n',
    ].join('\n'),
  );
}

function propertyLines(property: string): string[] {
  if (property.startsWith('list ')) return [`property ${property}`];
  const [type, ...names] = property.split(' ');
  return names.map((name) => `property ${type} ${name}`);
}
