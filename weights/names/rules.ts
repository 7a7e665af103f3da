/** Renames tensors between naming schemes, by a table of rules. */

/** One rule: an official name, or the start of one, and its counterpart. `*` matches one part between dots and is the same
 *  on both sides. The rest of the name stays. A triple means that the official tensor, stacked along its first axis, is
 *  stored as three: query, key and value. The first matching rule wins; a name without a rule is the same in both schemes. */
export type Rule = readonly [official: string, other: string | readonly [string, string, string]];

/** The place of a tensor of the other scheme: a whole official tensor, or one third of its rows. */
export interface OfficialPlace {
  readonly name: string;
  /** 0, 1, 2 for query, key, value; null for a whole tensor. */
  readonly third: 0 | 1 | 2 | null;
}

/** Replaces the part of `name` that matches `from` by `to`; undefined if it does not match. */
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

/** The names under which the other scheme stores an official tensor: one, or three for a stacked tensor. */
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
