/** An option has an invalid value. */
export class OptionError extends Error {
  override name = 'OptionError';
}
