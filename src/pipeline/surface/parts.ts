/** Parts of a surface: which of them belong to the object. */
import { partsOf } from '../mesh/closed.ts';
import type { RawSurface } from './tetrahedra.ts';

/** A part belongs to the object if its volume is at least this share of the largest part's. */
const SMALLEST = 0.01;

export interface MainParts {
  readonly surface: RawSurface;
  /** Parts that belong to the object. */
  readonly kept: number;
  /** Small parts that were left out; walls of hollows within a part among them, which nobody sees. */
  readonly dropped: number;
}

/** The large parts of a closed surface. */
export function mainParts({ xyz, triangles }: RawSurface): MainParts {
  const part = partsOf(triangles, xyz.length / 3);
  const volumes = new Float64Array(part.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [3 * triangles[t], 3 * triangles[t + 1], 3 * triangles[t + 2]];
    const volume =
      xyz[a] * (xyz[b + 1] * xyz[c + 2] - xyz[b + 2] * xyz[c + 1]) +
      xyz[a + 1] * (xyz[b + 2] * xyz[c] - xyz[b] * xyz[c + 2]) +
      xyz[a + 2] * (xyz[b] * xyz[c + 1] - xyz[b + 1] * xyz[c]);
    volumes[part[triangles[t]]] += volume;
  }
  const largest = volumes.reduce((most, volume) => Math.max(most, volume), 0);
  // Walls of hollows are inside out: their volume is negative. A part's name is one of its own vertices.
  const belongs = volumes.map((volume) => (volume > 0 && volume >= SMALLEST * largest ? 1 : 0));
  let [parts, kept] = [0, 0];
  for (let v = 0; v < part.length; v++) {
    if (part[v] !== v) continue;
    parts++;
    kept += belongs[v];
  }
  const places = new Int32Array(part.length).fill(-1);
  const points = new Float32Array(xyz.length);
  const corners = new Uint32Array(triangles.length);
  let [count, length] = [0, 0];
  for (const v of triangles) {
    if (belongs[part[v]] === 0) continue;
    if (places[v] < 0) {
      places[v] = count++;
      for (let k = 0; k < 3; k++) points[3 * places[v] + k] = xyz[3 * v + k];
    }
    corners[length++] = places[v];
  }
  const surface = { xyz: points.slice(0, 3 * count), triangles: corners.slice(0, length) };
  return { surface, kept, dropped: parts - kept };
}
