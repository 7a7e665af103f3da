/** Which network and which naming scheme a list of tensor names belongs to, and the way between the schemes. */
import type { Network } from '../specs/specs.ts';
import { type OfficialPlace, type Rule, fromOfficial, toOfficial } from './rules.ts';
import { samRules } from './sam.ts';
import { zoeRules } from './zoe.ts';

export { fourierMatrix } from './sam.ts';
export type { OfficialPlace } from './rules.ts';

/** `official`: the released .pth and .pt; `huggingface`: the safetensors of Hugging Face. */
export type Scheme = 'official' | 'huggingface';

export interface Naming {
  readonly network: Network;
  readonly scheme: Scheme;
}

/** Starts that only one network in one scheme uses. Names without such a start are shared between schemes. */
const starts: readonly [Naming, readonly string[]][] = [
  [{ network: 'sam', scheme: 'official' }, ['image_encoder.']],
  [{ network: 'sam', scheme: 'huggingface' }, ['vision_encoder.', 'shared_image_embedding.']],
  [{ network: 'zoe', scheme: 'official' }, ['core.core.', 'seed_projector.', 'projectors.', 'attractors.']],
  [{ network: 'zoe', scheme: 'huggingface' }, ['backbone.', 'neck.', 'relative_head.', 'metric_head.']],
  [{ network: 'mcc', scheme: 'official' }, ['blocks.', 'blocks_xyz.', 'decoder_blocks.', 'xyz_pos_embed.']],
];

const rules: Readonly<Record<Network, readonly Rule[]>> = { sam: samRules, zoe: zoeRules, mcc: [] };

/** The naming that most of the names belong to; undefined when none belongs to any. Names come without prefix. */
export function detectNaming(names: Iterable<string>): Naming | undefined {
  const votes = starts.map(() => 0);
  for (const name of names) {
    const at = starts.findIndex(([, list]) => list.some((start) => name.startsWith(start)));
    if (at >= 0) votes[at]++;
  }
  const most = Math.max(...votes);
  return most > 0 ? starts[votes.indexOf(most)][0] : undefined;
}

/** `name` without what training programs put in front: `module.` (data parallel), `model.` (checkpoint entry). */
export function stripPrefix(name: string): string {
  return name.replace(/^(?:module\.|model\.)+/, '');
}

/** Where a tensor of a file belongs. `name` comes without prefix. */
export function officialPlace(name: string, { network, scheme }: Naming): OfficialPlace {
  return scheme === 'official' ? { name, third: null } : toOfficial(name, rules[network]);
}

/** Names under which a scheme stores an official tensor: one, or query, key and value. */
export function namesInScheme(official: string, { network, scheme }: Naming): readonly string[] {
  return scheme === 'official' ? [official] : fromOfficial(official, rules[network]);
}
