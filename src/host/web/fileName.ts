/** Names of weights files: in addresses, and in the store. */
import { isSafetensors, isTorch, stemOf } from '../../../weights/fileName.ts';

/** The file name in an address, in characters that every file system accepts. */
export const fileName = (url: string | URL): string =>
  decodeURIComponent(new URL(url).pathname.split('/').pop()!)
    .replace(/[^\w.-]/g, '_')
    .slice(-100) || 'weights';

/** The name in the store of a dropped file. There, weights are always safetensors. */
export const storedName = (file: string): string => (isSafetensors(file) ? file : `${stemOf(file)}.safetensors`);

/** Where the file at an address is stored: `STEM.ADDRESS.VERSION.ENDING`, with the hashes of its address and version. */
export interface Place {
  readonly href: string;
  /** File name in the address. */
  readonly file: string;
  /** What the names of all versions start with. */
  readonly start: string;
  readonly ending: string;
}

/** Where the file at an address, which may be relative, is stored. */
export async function placeOf(url: string): Promise<Place> {
  const { href } = new URL(url, location.href);
  const file = fileName(href);
  const [, stem, ending = ''] = /^(.*?)(\.[^.]*)?$/.exec(isTorch(file) ? storedName(file) : file)!;
  return { href, file, ending, start: `${stem}.${await hash(href)}.` };
}

/** The name of a version of the file. */
export const nameIn = async ({ start, ending }: Place, version: string | undefined): Promise<string> =>
  `${start}${await hash(version ?? '')}${ending}`;

/** The first 12 hexadecimal digits of SHA-256. */
async function hash(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(digest.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
