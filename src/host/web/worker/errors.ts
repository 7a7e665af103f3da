/** Errors as data, and back: `instanceof` works on the side that receives them. */
import { WeightsError } from '../../../../weights/index.ts';
import {
  Canceled,
  DeviceError,
  KernelError,
  LifetimeError,
  LimitError,
  NumericError,
  ShapeError,
} from '../../../graph/errors.ts';
import { CocoError } from '../../../io/coco/index.ts';
import { DeviceLostError } from '../../../pipeline/deviceLost.ts';
import { GridError } from '../../../pipeline/mcc/grid.ts';
import { GeometryError } from '../../../pipeline/points/geometry.ts';
import { PromptError } from '../../../pipeline/prompts.ts';
import { OptionError } from '../../../pipeline/optionError.ts';
import { messageOf, UserError } from '../../errors.ts';

/** An error without its class. */
export interface CrossedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** Its own properties, such as `hint`. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: CrossedError;
}

/** The classes by the names of their errors. An error of another name becomes an `Error` of that name. */
const CLASSES: Readonly<Record<string, { readonly prototype: Error }>> = {
  ...{ DeviceError, DeviceLostError, KernelError, LifetimeError, LimitError, NumericError, ShapeError },
  ...{ AbortError: Canceled },
  ...{ CocoError, GeometryError, GridError, OptionError, PromptError, UserError, WeightsError },
  ...{ RangeError, TypeError },
};

/** @param error anything that was thrown */
export function crossing(error: unknown): CrossedError {
  if (!(error instanceof Error)) return { name: 'Error', message: messageOf(error), fields: {} };
  const { name, message, stack, cause } = error;
  return { name, message, stack, fields: { ...error }, ...(cause !== undefined && { cause: crossing(cause) }) };
}

/** The error as its class has it. */
export function crossed({ name, message, stack, fields, cause }: CrossedError): Error {
  const error = new Error(message, cause && { cause: crossed(cause) });
  Object.setPrototypeOf(error, CLASSES[name]?.prototype ?? Error.prototype);
  // Names of other errors are properties of their classes.
  return Object.assign(error, error.name === name ? {} : { name }, { stack }, fields);
}
