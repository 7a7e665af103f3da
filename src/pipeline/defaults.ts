/**
 * Default values of options, and their ranges. What the released demos have too is as there. This file imports nothing, so that help texts can quote it
 * cheaply.
 */

/** Distance between grid points in the object's frame. */
export const DEFAULT_GRANULARITY = 0.05;

/** The same for scenes. */
export const SCENE_GRANULARITY = 0.2;

/** Which points are queried. */
export const DEFAULT_SWEEP = 'coarseToFine';

/** Temperature of the softmax over colors. */
export const DEFAULT_TEMPERATURE = 0.1;

/** Horizontal field of view of a photo, in degrees. */
export const DEFAULT_FOV = 55;

/** Triangles of a mesh. */
export const DEFAULT_FACES = 50_000;

/** A tetrahedron: fewer triangles enclose nothing. */
export const MIN_FACES = 4;

/** Width and height of a texture, in pixels. */
export const DEFAULT_TEXTURE = 1024;

/** Texture sides outside of this range are refused: smaller ones show nothing, larger ones many programs cannot open. */
export const TEXTURE_RANGE = [64, 8192] as const;
