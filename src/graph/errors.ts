/** Errors of the runtime. Shape and limit errors come from the kernels' checks. */
export { LimitError, ShapeError } from '../kernels/check.ts';

/** The adapter, the device or the driver is missing or failed. */
export class DeviceError extends Error {
  override name = 'DeviceError';
}

/** A shader did not compile, or a pipeline could not be built. */
export class KernelError extends Error {
  override name = 'KernelError';
}

/** A network gave numbers that are NaN or infinite. */
export class NumericError extends Error {
  override name = 'NumericError';
}

/** A result on the device was used after its memory was overwritten or freed. */
export class LifetimeError extends Error {
  override name = 'LifetimeError';
}

/** The run was stopped through its AbortSignal. */
export class Canceled extends Error {
  override name = 'AbortError';
  constructor(what: string) {
    super(`${what} was canceled.`);
  }
}
