/** Finds the tiny weights in a page: by default in a folder `tiny` next to the bundle. */
import { messageOf, UserError } from '../errors.ts';

const ELSEWHERE = "If the folder is elsewhere, pass its address: createEngine({ tinyUrl: '/tiny/' }).";

/** The files of this folder, and of any other weights folder. */
export const TINY_FILES = ['config.json', 'sam.safetensors', 'zoe.safetensors', 'mcc.safetensors'] as const;

/** The addresses of these files. */
export type TinyFiles = Readonly<Record<(typeof TINY_FILES)[number], string>>;

/**
 * The addresses next to the bundle, each written out: bundlers recognize this form, copy the files and replace the addresses.
 * @throws UserError in a bundle that does not know its own address
 */
export function tinyBesideBundle(): TinyFiles {
  try {
    return {
      'config.json': new URL('./tiny/config.json', import.meta.url).href,
      'sam.safetensors': new URL('./tiny/sam.safetensors', import.meta.url).href,
      'zoe.safetensors': new URL('./tiny/zoe.safetensors', import.meta.url).href,
      'mcc.safetensors': new URL('./tiny/mcc.safetensors', import.meta.url).href,
    };
  } catch (error) {
    throw new UserError('This bundle does not know its own address, so it cannot find the tiny weights next to it.', {
      hint: `Make it an ES module (for esbuild: --format=esm), or copy node_modules/unflat/dist/tiny. ${ELSEWHERE}`,
      cause: error,
    });
  }
}

/** The error for tiny weights that are not found. @param address the address of one of the files */
export function tinyMissing(address: string, error: unknown): UserError {
  // During development, Vite before version 8 moves the bundle, which changes its address.
  const hint = address.includes('/.vite/')
    ? `Add optimizeDeps: { exclude: ['unflat'] } to the Vite configuration, or use Vite 8.`
    : `Copy node_modules/unflat/dist/tiny to ${new URL('.', address).href}.`;
  return new UserError(`The tiny weights are not next to the bundle: ${messageOf(error)}`, {
    hint: `${hint} ${ELSEWHERE}`,
    cause: error,
  });
}
