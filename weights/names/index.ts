/** Which network and which naming scheme a list of tensor names belongs to, and the way between the schemes. */
import type { NetworkDescription } from '../network.ts';
import { type OfficialPlace, fromOfficial, toOfficial } from './rules.ts';

export type { OfficialPlace, Rule } from './rules.ts';

/** `official`: the released .pth and .pt; `huggingface`: the safetensors of Hugging Face. */
export type Scheme = 'official' | 'huggingface';

export interface Naming {
  readonly network: NetworkDescription;
  readonly scheme: Scheme;
}

/** The naming that most of the names belong to; undefined when none belongs to any. Names come without prefix. */
export function detectNaming(networks: readonly NetworkDescription[], names: Iterable<string>): Naming | undefined {
  const candidates = networks.flatMap((network) =>
    (['official', 'huggingface'] as const).map((scheme) => {
      return { naming: { network, scheme }, starts: network.naming.starts[scheme] ?? [], votes: 0 };
    }),
  );
  for (const name of names) {
    const voted = candidates.find(({ starts }) => starts.some((start) => name.startsWith(start)));
    if (voted) voted.votes++;
  }
  const winner = candidates.reduce((best, next) => (next.votes > best.votes ? next : best));
  return winner.votes > 0 ? winner.naming : undefined;
}

/** `name` without what training programs put in front: `module.` (data parallel), `model.` (checkpoint entry). */
export function stripPrefix(name: string): string {
  return name.replace(/^(?:module\.|model\.)+/, '');
}

/** Where a tensor of a file belongs. `name` comes without prefix. */
export function officialPlace(name: string, { network, scheme }: Naming): OfficialPlace {
  return scheme === 'official' ? { name, third: null } : toOfficial(name, network.naming.rules);
}

/** Names under which a scheme stores an official tensor: one, or query, key and value. */
export function namesInScheme(official: string, { network, scheme }: Naming): readonly string[] {
  return scheme === 'official' ? [official] : fromOfficial(official, network.naming.rules);
}
