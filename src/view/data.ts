/** The result inside the page, which `viewPage` of src/io put there. */
import type { PageData, PagePoints } from '../io/viewPage.ts';

/** @throws Error if the page is the template, which holds no result */
export function readData(): PageData {
  const text = document.getElementById('data')?.textContent ?? '';
  if (text === '') throw new Error('This page is a template and holds no object. unflat fills it in.');
  return JSON.parse(text) as PageData;
}

/** Points as they are drawn. */
export interface DrawnPoints {
  /** [count, 3], 0..65535 from one corner of their box to the other. */
  readonly positions: Uint16Array;
  /** [count, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
}

export function readPoints({ data, count }: PagePoints): DrawnPoints {
  const bytes = fromBase64(data);
  // Positions are little-endian, as is every machine that WebGL runs on.
  return { positions: new Uint16Array(bytes.buffer, 0, 3 * count), rgb: bytes.subarray(6 * count) };
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
