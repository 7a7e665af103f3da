/** The file of a weights folder with the configurations of its networks, if they are not released ones. */
import { printable, showValue } from '../../weights/printable.ts';
import { type ChainConfig, networks } from '../pipeline/registry.ts';
import { messageOf, UserError } from './errors.ts';

/** How many times as large as in any released network a size may be, and the items of a list that has no released one. */
const [TIMES, ITEMS] = [32, 64];

/**
 * Parses the file: `{ "sam": {...}, "zoe": {...}, "mcc": {...} }`, each optional.
 * @param file its name, for messages
 * @throws UserError if it is not JSON, or a configuration lacks a field, or has one of another type or beyond any network
 */
export function parseConfigs(text: string, file: string): Partial<ChainConfig> {
  const ids = networks.map(({ id }) => id);
  const hint = `It must be a JSON object with a configuration for each network of the folder: ${ids.join(', ')}.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}.`, { hint, cause: error });
  }
  const fail = (what: string): never => {
    throw new UserError(`${file}: ${what}.`, { hint });
  };
  if (!isObject(value)) return fail(`expected an object, found ${showValue(value)}`);
  for (const [id, config] of Object.entries(value)) {
    const network = networks.find((one) => one.id === id);
    if (!network) return fail(`there is no network ${showValue(id)}`);
    if (!isObject(config)) return fail(`${id} is ${showValue(config)}, expected an object`);
    const known = Object.values<object>(network.configs).map((one) => one as Record<string, unknown>);
    for (const [field, like] of Object.entries(known[0])) {
      if (!Object.hasOwn(config, field))
        return fail(`${id} has no ${field}; expected a value such as ${showValue(like)}`);
    }
    for (const [field, found] of Object.entries(config)) {
      const released = known.map((one) => one[field]).filter((one) => one !== undefined);
      const isLike = released.length === 0 ? isSmall(found) : released.some((one) => fits(found, one));
      if (!isLike) {
        const like = released.length === 0 ? 'small numbers' : `a value such as ${showValue(released[0])}`;
        return fail(`${printable(`${id}.${field}`, 100)} is ${showValue(found)}; expected ${like}`);
      }
    }
  }
  return value as Partial<ChainConfig>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is of the type of a released one, and not far beyond it. */
function fits(value: unknown, like: unknown): boolean {
  if (typeof like === 'number') {
    const isWhole = !Number.isInteger(like) || Number.isInteger(value);
    return typeof value === 'number' && isWhole && value >= 0 && value <= TIMES * Math.max(like, 1);
  }
  if (Array.isArray(like)) {
    const longest = Math.max(ITEMS, like.length);
    return (
      Array.isArray(value) &&
      value.length <= longest &&
      value.every((item) => fits(item, Math.max(...(like as number[]))))
    );
  }
  return typeof value === typeof like && JSON.stringify(value).length < 100;
}

/** Whether a value of a field that no released network has is a number, or some in a list or an object. */
function isSmall(value: unknown, levels = 2): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) < 1e6;
  if (typeof value !== 'object' || value === null || levels === 0) return typeof value === 'boolean';
  const items = Object.values(value);
  return items.length <= ITEMS && items.every((item) => isSmall(item, levels - 1));
}
