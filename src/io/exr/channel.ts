/** Which channel of an OpenEXR file is the depth. */
import { ExrError } from './bytes.ts';
import type { ExrChannel } from './header.ts';

/**
 * The only channel; or Z, Y or R, in this order; or the one Z of a layer, such as `Depth.Z`. Layers with X beside Z hold vectors, and no
 * depth.
 * @throws ExrError with the names of all channels if there is none, or several
 */
export function depthChannel<T extends Pick<ExrChannel, 'name'>>(channels: readonly T[]): T {
  if (channels.length === 1) return channels[0];
  const named = (name: string): T | undefined => channels.find((channel) => channel.name === name);
  const plain = named('Z') ?? named('Y') ?? named('R');
  if (plain) return plain;
  const inLayers = channels.filter(({ name }) => name.endsWith('.Z') && !named(`${name.slice(0, -1)}X`));
  const depths = inLayers.length > 1 ? inLayers.filter(({ name }) => /depth/i.test(name)) : inLayers;
  if (depths.length === 1) return depths[0];
  const names = channels.map(({ name }) => name).join(', ');
  throw new ExrError(
    `None of its ${channels.length} channels is surely the depth: ${names.slice(0, 300)}. Store the depth alone, as channel Z.`,
  );
}
