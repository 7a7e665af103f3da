/** Where a page finds the tiny weights: in a folder `tiny` beside the bundle, unless it says otherwise. */
import { messageOf, UserError } from '../errors.ts';

const ELSEWHERE = "If the folder lies elsewhere, give its address: createEngine({ tinyUrl: '/tiny/' }).";

/** The files of the folder, and of any other folder of weights. */
export const TINY_FILES = ['config.json', 'sam.safetensors', 'zoe.safetensors', 'mcc.safetensors'] as const;

/** Addresses of the files. */
export type TinyFiles = Readonly<Record<(typeof TINY_FILES)[number], string>>;

/**
 * Where the files are, written out: bundlers that know this form copy the files and put their addresses in its place.
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
    throw new UserError('This bundle does not know its own address, so it cannot find the tiny weights beside it.', {
      hint: `Make it an ES module (for esbuild: --format=esm), or copy node_modules/unflat/dist/tiny. ${ELSEWHERE}`,
      cause: error,
    });
  }
}

/** What to say where the tiny weights are not found. @param address of one of the files */
export function tinyMissing(address: string, error: unknown): UserError {
  // Vite before 8 moves the bundle while developing, and the address with it.
  const hint = address.includes('/.vite/')
    ? `Put optimizeDeps: { exclude: ['unflat'] } into Vite's configuration, or use Vite 8.`
    : `Copy node_modules/unflat/dist/tiny to ${new URL('.', address).href}.`;
  return new UserError(`The tiny weights are not beside the bundle: ${messageOf(error)}`, {
    hint: `${hint} ${ELSEWHERE}`,
    cause: error,
  });
}
