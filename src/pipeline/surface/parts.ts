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
  const names = new Set(part);
  const largest = volumes.reduce((most, volume) => Math.max(most, volume), 0);
  // Walls of hollows are inside out: their volume is negative.
  const belongs = (name: number): boolean => volumes[name] > 0 && volumes[name] >= SMALLEST * largest;
  const kept = [...names].filter(belongs).length;
  const places = new Int32Array(xyz.length / 3).fill(-1);
  let count = 0;
  const corners = triangles.filter((v) => belongs(part[v]));
  for (const v of corners) if (places[v] < 0) places[v] = count++;
  const points = new Float32Array(3 * count);
  places.forEach((place, v) => {
    if (place >= 0) points.set(xyz.subarray(3 * v, 3 * v + 3), 3 * place);
  });
  return {
    surface: { xyz: points, triangles: corners.map((v) => places[v]) },
    kept,
    dropped: names.size - kept,
  };
}
