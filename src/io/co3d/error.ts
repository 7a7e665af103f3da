/** The annotations of CO3D are not of their format, or a frame is not there. */
export class Co3dError extends Error {
  override name = 'Co3dError';
}
