/** Sizes of meshes. */
import type { Mesh } from '../mesh.ts';
import { nextCorner } from './closed.ts';

/** The box around all vertices. */
export function boundsOf(xyz: Float32Array): { low: number[]; high: number[] } {
  const [low, high] = [Infinity, -Infinity].map((from) => [from, from, from]);
  for (let i = 0; i < xyz.length; i++) {
    low[i % 3] = Math.min(low[i % 3], xyz[i]);
    high[i % 3] = Math.max(high[i % 3], xyz[i]);
  }
  return { low, high };
}

/** Diagonal of the box around all vertices. */
export function sizeOf(xyz: Float32Array): number {
  const { low, high } = boundsOf(xyz);
  return Math.hypot(...high.map((x, k) => x - low[k]));
}

/** Mean length of edges. */
export function edgeLength({ xyz, triangles }: Pick<Mesh, 'xyz' | 'triangles'>): number {
  let sum = 0;
  for (let corner = 0; corner < triangles.length; corner++) {
    const [a, b] = [3 * triangles[corner], 3 * triangles[nextCorner(corner)]];
    sum += Math.hypot(xyz[b] - xyz[a], xyz[b + 1] - xyz[a + 1], xyz[b + 2] - xyz[a + 2]);
  }
  return sum / triangles.length;
}
