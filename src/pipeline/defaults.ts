/**
 * Default values of options; the numbers are those of the released demos. This file imports nothing, so that help texts can quote it
 * cheaply.
 */

/** Distance between grid points in the object's frame. */
export const DEFAULT_GRANULARITY = 0.05;

/** Which points are queried. */
export const DEFAULT_SWEEP = 'coarseToFine';

/** Temperature of the softmax over colors. */
export const DEFAULT_TEMPERATURE = 0.1;

/** Horizontal field of view of a photo, in degrees. */
export const DEFAULT_FOV = 55;
