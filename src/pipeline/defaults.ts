/** What is taken where a caller says nothing: the settings of the released demos. It imports nothing, so that help texts can quote it. */

/** Distance of grid points in the object's own frame. */
export const DEFAULT_GRANULARITY = 0.05;

/** Of the softmax over colors. */
export const DEFAULT_TEMPERATURE = 0.1;

/** Horizontal field of view of a photo, in degrees. */
export const DEFAULT_FOV = 55;
