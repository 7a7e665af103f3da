/** Paints vertices and textures. */
import type { Mesh, Texture } from '../mesh.ts';
import type { VertexColors } from './colors.ts';
import { byteOf } from './light.ts';
import { rasterize } from './raster.ts';
import type { Seen } from './seen.ts';
import type { Unwrapped } from './unwrap.ts';

/** [n, 3] sRGB bytes: the photo's color by its weight, the mesh's own for the rest. */
export function paintVertices({ weight, photo, own }: VertexColors): Uint8Array {
  return Uint8Array.from(own, (light, i) => {
    const w = weight[Math.floor(i / 3)];
    return byteOf(light + w * (photo[i] - light));
  });
}

/** Paints all texels of the charts, each from its place on the surface, and fills the gaps between charts with their colors. */
export function paint(mesh: Mesh, unwrapped: Unwrapped, colors: VertexColors, seen: Seen, size: number): Texture {
  const rgba = new Uint8Array(4 * size * size);
  const { place, triangles, xref, gap } = unwrapped;
  const { xyz, normals } = mesh;
  const { own } = colors;
  const light = new Float32Array(3);
  const corners = [0, 0, 0];
  const texel = (column: number, row: number, a: number, b: number, c: number) => {
    const [i, j, k] = corners;
    const at = (of: Float32Array, axis: number) => a * of[i + axis] + b * of[j + axis] + c * of[k + axis];
    const [x, y, z] = [at(xyz, 0), at(xyz, 1), at(xyz, 2)];
    const [nx, ny, nz] = [at(normals, 0), at(normals, 1), at(normals, 2)];
    const length = Math.hypot(nx, ny, nz) || 1;
    const weight = seen.weight(x, y, z, nx / length, ny / length, nz / length);
    if (weight > 0) seen.color(x, y, z, light);
    const to = 4 * (row * size + column);
    for (let axis = 0; axis < 3; axis++) {
      const predicted = at(own, axis);
      rgba[to + axis] = byteOf(weight > 0 ? predicted + weight * (light[axis] - predicted) : predicted);
    }
    rgba[to + 3] = 255;
  };
  const x: [number, number, number] = [0, 0, 0];
  const y: [number, number, number] = [0, 0, 0];
  const turn = (t: number) => {
    for (let corner = 0; corner < 3; corner++) {
      const v = triangles[t + corner];
      corners[corner] = 3 * xref[v];
      x[corner] = place[2 * v];
      y[corner] = place[2 * v + 1];
    }
  };
  for (let t = 0; t < triangles.length; t += 3) {
    turn(t);
    rasterize(size, size, x, y, texel);
  }
  // Charts may be too small or too thin for a texel's center; the texels of their corners have their colors then.
  for (let t = 0; t < triangles.length; t += 3) {
    turn(t);
    for (let corner = 0; corner < 3; corner++) {
      const [column, row] = [Math.floor(x[corner]), Math.floor(y[corner])];
      if (rgba[4 * (row * size + column) + 3] === 0) {
        texel(column, row, corner === 0 ? 1 : 0, corner === 1 ? 1 : 0, corner === 2 ? 1 : 0);
      }
    }
  }
  fillGaps(rgba, size, 2 * gap + 1);
  return { width: size, height: size, rgba };
}

/**
 * Gives texels off the charts the color of the nearest chart, up to a distance: filters and smaller copies of the texture read
 * them. The rest gets the mean color.
 */
function fillGaps(rgba: Uint8Array, size: number, reach: number): void {
  const words = new Uint32Array(rgba.buffer);
  const mean = meanOf(rgba);
  let front: number[] = [];
  const around = (at: number, visit: (neighbor: number) => void) => {
    const [x, y] = [at % size, Math.floor(at / size)];
    for (let j = Math.max(0, y - 1); j <= Math.min(size - 1, y + 1); j++) {
      for (let i = Math.max(0, x - 1); i <= Math.min(size - 1, x + 1); i++) visit(j * size + i);
    }
  };
  for (let at = 0; at < words.length; at++) {
    if (words[at] === 0) continue;
    let edge = false;
    around(at, (neighbor) => {
      if (words[neighbor] === 0) edge = true;
    });
    if (edge) front.push(at);
  }
  for (let distance = 0; distance < reach; distance++) {
    const next: number[] = [];
    for (const at of front) {
      around(at, (neighbor) => {
        if (words[neighbor] !== 0) return;
        words[neighbor] = words[at];
        next.push(neighbor);
      });
    }
    front = next;
  }
  for (let at = 0; at < words.length; at++) if (words[at] === 0) rgba.set(mean, 4 * at);
}

/** The mean of all painted texels, opaque. */
function meanOf(rgba: Uint8Array): number[] {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3] === 0) continue;
    for (let k = 0; k < 4; k++) sums[k] += rgba[i + k];
  }
  const painted = Math.max(1, sums[3] / 255);
  return [...sums.slice(0, 3).map((sum) => Math.round(sum / painted)), 255];
}
