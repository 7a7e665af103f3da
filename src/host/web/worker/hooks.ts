/** Functions and signals among the options of a call. They cannot cross to a worker: others take their places there. */

/** The place of a function, or of a signal: the argument that has it, and its name there. */
export interface Hook {
  readonly arg: number;
  readonly name: string;
}

/** Takes functions and signals out of arguments. They are looked for in plain objects, not deeper. */
export function unhook(args: readonly unknown[]): { plain: unknown[]; hooks: Hook[] } {
  const hooks: Hook[] = [];
  const plain = args.map((value, arg) => {
    if (!isPlainObject(value)) return value;
    const names = Object.keys(value).filter((name) => isHook(value[name]));
    hooks.push(...names.map((name) => ({ arg, name })));
    return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
  });
  return { plain, hooks };
}

/** Puts functions and signals into arguments. @param make gives what takes the place of a hook */
export function rehook(args: readonly unknown[], hooks: readonly Hook[], make: (hook: Hook) => unknown): unknown[] {
  return args.map((value, arg) => {
    const own = hooks.filter((hook) => hook.arg === arg);
    return own.length === 0 ? value : Object.assign({}, value, Object.fromEntries(own.map((h) => [h.name, make(h)])));
  });
}

/** The signal of a call; undefined if it has none. */
export function signalOf(args: readonly unknown[], hooks: readonly Hook[]): AbortSignal | undefined {
  return hooks.map((hook) => hookAt(args, hook)).find((value) => value instanceof AbortSignal);
}

/** What stands in the place of a hook. */
export const hookAt = (args: readonly unknown[], { arg, name }: Hook): unknown =>
  (args[arg] as Record<string, unknown>)[name];

const isHook = (value: unknown): boolean => typeof value === 'function' || value instanceof AbortSignal;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
