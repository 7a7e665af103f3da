/** Detects the network and naming scheme of tensor names, and converts names between the schemes. */
import type { NetworkDescription } from '../network.ts';
import { type OfficialPlace, fromOfficial, toOfficial } from './rules.ts';

export type { OfficialPlace, Rule } from './rules.ts';

/** `official`: names of the released .pth and .pt files; `huggingface`: names of the safetensors files of Hugging Face. */
export type Scheme = 'official' | 'huggingface';

export interface Naming {
  readonly network: NetworkDescription;
  readonly scheme: Scheme;
}

/** Metadata key of the id of the network, in files of networks that have a `setting`. */
const NETWORK_KEY = 'network';

/** Metadata by which a safetensors file says to which network it belongs. */
export const networkMark = ({ id }: NetworkDescription): Readonly<Record<string, string>> => ({ [NETWORK_KEY]: id });

/** The networks to which files may belong: the one that their metadata name, else those that are told by names alone. */
export function candidatesFor<Network extends NetworkDescription>(
  networks: readonly Network[],
  files: readonly { readonly metadata: ReadonlyMap<string, string> }[],
): readonly Network[] {
  const ids = files.map(({ metadata }) => metadata.get(NETWORK_KEY));
  const named = networks.filter(({ id }) => ids.includes(id));
  return named.length > 0 ? named : networks.filter(({ naming }) => naming.setting === undefined);
}

/** Detects the naming to which most of the names belong; undefined if none does. Names come without prefix. */
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

/**
 * Removes what training programs put before names: `module.` (data parallel), `model.` (checkpoint entry), and `_orig_mod.`
 * (torch.compile), which may also stand further inside, where a part was compiled.
 */
export function stripPrefix(name: string): string {
  return name.replaceAll('_orig_mod.', '').replace(/^(?:module\.|model\.)+/, '');
}

/** The official tensor to which a tensor of a file belongs. `name` comes without prefix. */
export function officialPlace(name: string, { network, scheme }: Naming): OfficialPlace {
  return scheme === 'official' ? { name, third: null } : toOfficial(name, network.naming.rules);
}

/** The names under which a scheme stores an official tensor: one name, or those of query, key and value. */
export function namesInScheme(official: string, { network, scheme }: Naming): readonly string[] {
  return scheme === 'official' ? [official] : fromOfficial(official, network.naming.rules);
}
