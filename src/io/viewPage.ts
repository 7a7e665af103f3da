/**
 * The page that shows a result: the template `dist/view.html` with the result inside. It opens from a folder, without a
 * server and without a network.
 */
import { joinPoints, type ColoredPoints } from '../pipeline/coloredPoints.ts';
import { countPoints } from './points.ts';

/** What the page shows. */
export interface ViewData {
  /** Name of the photo. It may hold any characters. */
  readonly name: string;
  /** The surface as a GLB file: in meters, x right, y up, z towards the viewer. Without it the page shows points. */
  readonly mesh?: Uint8Array;
  /** The photo as a JPEG file. The page shows it at most 800 pixels wide. */
  readonly photo: Uint8Array;
  /** The mask as a black and white PNG file, of the photo's proportions. */
  readonly mask: Uint8Array;
  /** The depth in colors as a PNG file. */
  readonly depth: Uint8Array;
  /** The object's points, in meters in the camera's frame: x right, y down, z forward. */
  readonly object: ColoredPoints & { /** Distance between neighbors, in meters. */ readonly spacing: number };
  /** The points that the photo shows, in the same frame. */
  readonly seen: ColoredPoints;
  /** Names of the objects, if there are several. */
  readonly objects?: readonly string[];
}

/** What the page shows of several objects. @param objects at least one */
export const viewOfObjects = (
  objects: readonly (Pick<ViewData, 'object' | 'seen'> & { readonly name: string })[],
): Pick<ViewData, 'object' | 'seen' | 'objects'> => ({
  object: {
    ...joinPoints(objects.map(({ object }) => object)),
    spacing: Math.max(...objects.map(({ object }) => object.spacing)),
  },
  seen: joinPoints(objects.map(({ seen }) => seen)),
  objects: objects.map(({ name }) => name),
});

/** Points inside the page. */
export interface PagePoints {
  /** Number of points before they were thinned out. */
  readonly total: number;
  readonly count: number;
  /** Corners of their box. */
  readonly min: readonly number[];
  readonly max: readonly number[];
  /** Distance between neighbors in meters, before points were thinned out; 0 if unknown. */
  readonly spacing: number;
  /** Base64: positions [count, 3] as little-endian u16, 0..65535 from `min` to `max`; then [count, 3] sRGB bytes. */
  readonly data: string;
}

/** What the page reads: `ViewData` as JSON. Files are base64. */
export interface PageData {
  readonly name: string;
  readonly mesh?: string;
  readonly photo: string;
  readonly mask: string;
  readonly depth: string;
  readonly object: PagePoints;
  readonly seen: PagePoints;
  readonly objects?: readonly string[];
}

/** Most points of a cloud in the page. At nine bytes a point, 150,000 of them take 1.8 MB as base64. */
const MAX_POINTS = 150_000;

/** Where the data goes in the template. */
const PLACE = '<script type="application/json" id="data"></script>';

/**
 * Fills the template in. The data is text inside a script element, so no `<` is left in it: a name cannot end the element.
 * @param template text of `dist/view.html`
 * @returns the page as UTF-8
 * @throws RangeError if the template has no place for the data, or if positions and colors of points disagree
 */
export function viewPage(template: string, data: ViewData): Uint8Array {
  const [before, after, ...more] = template.split(PLACE);
  if (after === undefined || more.length > 0) {
    throw new RangeError('View page: the template must hold one empty element with the id data. Use dist/view.html.');
  }
  const { name, mesh, photo, mask, depth, object, seen, objects } = data;
  const page: PageData = {
    name,
    mesh: mesh && base64(mesh),
    photo: base64(photo),
    mask: base64(mask),
    depth: base64(depth),
    object: pagePoints(object, object.spacing),
    seen: pagePoints(seen, 0),
    ...(objects && { objects }),
  };
  const json = JSON.stringify(page).replaceAll('<', '\\u003c');
  return new TextEncoder().encode(`${before}${PLACE.replace('></', () => `>${json}</`)}${after}`);
}

function pagePoints(points: ColoredPoints, spacing: number): PagePoints {
  const total = countPoints('View page', points);
  const chosen = sample(total, MAX_POINTS);
  const count = chosen.length;
  const { min, max } = boxOf(points.xyz);
  const bytes = new Uint8Array(9 * count);
  const positions = new DataView(bytes.buffer);
  chosen.forEach((from, to) => {
    for (let axis = 0; axis < 3; axis++) {
      const size = max[axis] - min[axis];
      const part = size > 0 ? (points.xyz[3 * from + axis] - min[axis]) / size : 0;
      positions.setUint16(6 * to + 2 * axis, Math.round(65535 * part), true);
      bytes[6 * count + 3 * to + axis] = points.rgb[3 * from + axis];
    }
  });
  return { total, count, min, max, spacing, data: base64(bytes) };
}

/**
 * At most `limit` of the numbers 0 .. total - 1, in order, each as likely as any other: a regular choice would show stripes in
 * the points of a grid. Selection sampling: Knuth, The Art of Computer Programming, volume 2, algorithm S of section 3.4.2.
 */
function sample(total: number, limit: number): Uint32Array {
  if (total <= limit) return Uint32Array.from({ length: total }, (_, i) => i);
  const chosen = new Uint32Array(limit);
  let state = 1;
  for (let i = 0, count = 0; count < limit; i++) {
    // A linear congruential generator (Numerical Recipes, section 7.1): the same points give the same page.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if ((state / 2 ** 32) * (total - i) < limit - count) chosen[count++] = i;
  }
  return chosen;
}

/** The box of points [n, 3]; all zeros without points. */
function boxOf(xyz: Float32Array): { min: number[]; max: number[] } {
  if (xyz.length === 0) return { min: [0, 0, 0], max: [0, 0, 0] };
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let k = 0; k < xyz.length; k++) {
    min[k % 3] = Math.min(min[k % 3], xyz[k]);
    max[k % 3] = Math.max(max[k % 3], xyz[k]);
  }
  return { min, max };
}

/** Bytes that are encoded at once: a multiple of three, so that pieces can be joined, and few enough for one call. */
const PIECE = 3 * 8192;

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  }
  return text;
}
