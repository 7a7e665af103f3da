/** What can be set for a reconstruction. */

export interface Options {
  /** Horizontal field of view in degrees; undefined: what EXIF says, else a usual one. */
  readonly fov?: number;
  /** Step of the grid. */
  readonly granularity: number;
  /** Triangles of the mesh. */
  readonly faces: number;
  /** Whether the visible side of the mesh follows the photo's depth. */
  readonly fuseDepth: boolean;
}

export const DEFAULT_OPTIONS: Options = { granularity: 0.1, faces: 50_000, fuseDepth: true };

/** Steps of the grid to choose from. */
export const GRANULARITIES = [
  { step: 0.4, name: 'Sketch' },
  { step: 0.2, name: 'Coarse' },
  { step: 0.1, name: 'Medium' },
  { step: 0.05, name: 'Fine' },
  { step: 0.025, name: 'Very fine' },
] as const;
