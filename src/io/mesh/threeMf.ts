/**
 * 3MF of a closed mesh, for printing in color: millimeters, z up (3MF Core Specification 1.3, chapters 2 to 4). Colors at
 * vertices are sRGB, in a color group (Materials and Properties Extension 1.2, chapter 2). The extension is not marked as
 * required, so that programs without it open the shape.
 */
import type { Mesh } from '../../pipeline/mesh.ts';
import { toPrintMillimeters } from '../axes.ts';
import { zipCompressed } from '../zip.ts';
import { checkSurface } from './surface.ts';
import { groups, shortest } from './text.ts';

const XML = '<?xml version="1.0" encoding="UTF-8"?>';
const MODEL_PATH = '3D/3dmodel.model';

const CONTENT_TYPES = `${XML}
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
  <Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
`;

const RELATIONSHIPS = `${XML}
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Id="model" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel" Target="/${MODEL_PATH}"/>
</Relationships>
`;

/**
 * Encodes a mesh in meters and the camera's axes as a 3MF file.
 * @throws RangeError for a mesh that `checkSurface` refuses
 */
export function encodeMesh3mf(mesh: Mesh): Uint8Array {
  checkSurface('3MF', mesh);
  const encoder = new TextEncoder();
  return zipCompressed([
    ['[Content_Types].xml', encoder.encode(CONTENT_TYPES)],
    ['_rels/.rels', encoder.encode(RELATIONSHIPS)],
    [MODEL_PATH, encoder.encode(model(mesh))],
  ]);
}

function model(mesh: Mesh): string {
  const { colors, colorOf } = paletteOf(mesh.rgb);
  const vertex = (x: number, y: number, z: number): string =>
    `<vertex x="${shortest(x)}" y="${shortest(y)}" z="${shortest(z)}"/>`;
  const triangle = (a: number, b: number, c: number): string =>
    `<triangle v1="${a}" v2="${b}" v3="${c}" pid="1" p1="${colorOf[a]}" p2="${colorOf[b]}" p3="${colorOf[c]}"/>`;
  // An object with colors at its triangles must have a color of its own too (core specification, section 4.1).
  return [
    XML,
    '<model unit="millimeter" xml:lang="en-US" xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02"' +
      ' xmlns:m="http://schemas.microsoft.com/3dmanufacturing/material/2015/02">',
    '<metadata name="Application">unflat</metadata>',
    '<resources>',
    '<m:colorgroup id="1">',
    ...colors.map((color) => `<m:color color="${color}"/>`),
    '</m:colorgroup>',
    '<object id="2" type="model" pid="1" pindex="0">',
    '<mesh>',
    '<vertices>',
    ...groups(toPrintMillimeters(mesh.xyz), 3, vertex),
    '</vertices>',
    '<triangles>',
    ...groups(mesh.triangles, 3, triangle),
    '</triangles>',
    '</mesh>',
    '</object>',
    '</resources>',
    '<build><item objectid="2"/></build>',
    '</model>\n',
  ].join('\n');
}

/** The different colors of a mesh as #RRGGBB, and which of them each vertex has. */
function paletteOf(rgb: Uint8Array): { colors: string[]; colorOf: number[] } {
  const places = new Map<string, number>();
  const colorOf = [...groups(rgb, 3, (...bytes) => `#${bytes.map(hex).join('')}`)].map((color) => {
    if (!places.has(color)) places.set(color, places.size);
    return places.get(color)!;
  });
  return { colors: [...places.keys()], colorOf };
}

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
