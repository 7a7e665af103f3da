/** Errors that kernels throw. They import nothing, so that every other file may throw them. */

/** Operands of a kernel do not fit together. */
export class ShapeError extends Error {
  override name = 'ShapeError';
}

/** Something is larger than the adapter allows, or no variant of a kernel can run it. */
export class LimitError extends Error {
  override name = 'LimitError';
}
