/** Gives each triangle a place in a square texture. */
import type { Mesh } from '../mesh.ts';
import { chartsOf } from './charts.ts';
import { pack } from './pack.ts';

/** A mesh with its vertices split along the borders of charts. */
export interface Unwrapped {
  /** [k] vertex of the mesh that each split vertex is from. */
  readonly xref: Uint32Array;
  /** [k, 2] places in the texture, in texels: texel (x, y) has its center at (x + 0.5, y + 0.5). */
  readonly place: Float32Array;
  /** [m, 3] split vertices, face by face in the order of the mesh. */
  readonly triangles: Uint32Array;
  /** Number of charts. */
  readonly charts: number;
  /** Texels around each chart that no other chart covers. */
  readonly gap: number;
}

/** Sizes of textures in texels. */
const SIZES = { min: 64, max: 8192 };
/** A texture of so many texels has a gap of one texel around each chart; larger ones have wider gaps, for their reduced copies. */
const TEXELS_PER_GAP = 512;

/**
 * Cuts a closed mesh into charts and packs them into a texture of `size` x `size` texels. All charts have the same scale.
 * @throws RangeError unless size is an integer from 64 to 8192, or if it is too small for the mesh
 */
export function unwrap(mesh: Pick<Mesh, 'xyz' | 'triangles'>, size: number): Unwrapped {
  const { min, max } = SIZES;
  if (!(Number.isInteger(size) && size >= min && size <= max)) {
    throw new RangeError(
      `A texture cannot be ${size} texels wide. Give an integer from ${min} to ${max}, such as 1024.`,
    );
  }
  const charts = chartsOf(mesh, size * size);
  const gap = Math.max(1, Math.round(size / TEXELS_PER_GAP));
  return { ...charts, place: pack(charts, size * size, size, gap), charts: charts.count, gap };
}
