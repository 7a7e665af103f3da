/** Renaming by table: how one naming scheme's tensors are called in another. */

/** One line of a table: an official name, or the start of one, and its counterpart. `*` stands for one part between
 *  dots, the same on both sides; what follows the pattern stays. A triple says that the official tensor is stored as
 *  three (query, key, value), stacked along its first axis. The first rule that fits wins; a name that no rule fits is
 *  the same in both schemes. */
export type Rule = readonly [official: string, other: string | readonly [string, string, string]];

/** Where a tensor of the other scheme belongs: an official tensor, or one third of its rows. */
export interface OfficialPlace {
  readonly name: string;
  /** 0, 1, 2 for query, key, value; null for a whole tensor. */
  readonly third: 0 | 1 | 2 | null;
}

/** `name` with the part that fits `from` replaced by `to`; undefined when it does not fit. */
function rewrite(name: string, from: string, to: string): string | undefined {
  const parts = name.split('.');
  const pattern = from.split('.');
  if (parts.length < pattern.length) return undefined;
  const wild: string[] = [];
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === '*') wild.push(parts[i]);
    else if (pattern[i] !== parts[i]) return undefined;
  }
  const renamed = to.split('.').map((part) => (part === '*' ? wild.shift() : part));
  return [...renamed, ...parts.slice(pattern.length)].join('.');
}

/** Names under which the other scheme stores an official tensor: one, or three that are stacked. */
export function fromOfficial(name: string, rules: readonly Rule[]): readonly string[] {
  for (const [official, other] of rules) {
    const targets = typeof other === 'string' ? [other] : other;
    const renamed = targets.map((target) => rewrite(name, official, target));
    if (renamed[0] !== undefined) return renamed as string[];
  }
  return [name];
}

/** The inverse of `fromOfficial`. */
export function toOfficial(name: string, rules: readonly Rule[]): OfficialPlace {
  for (const [official, other] of rules) {
    const sources = typeof other === 'string' ? [other] : other;
    for (const [i, source] of sources.entries()) {
      const renamed = rewrite(name, source, official);
      if (renamed !== undefined) return { name: renamed, third: sources.length === 3 ? (i as 0 | 1 | 2) : null };
    }
  }
  return { name, third: null };
}
