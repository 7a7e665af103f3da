/** The result inside the page, which `viewPage` of src/io put there. */
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import type { PageData, PagePoints } from '../io/viewPage.ts';
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { Surface } from '../stage/surface.ts';

/** @throws Error if the page is the template, which holds no result */
export function readData(): PageData {
  const text = document.getElementById('data')?.textContent ?? '';
  if (text === '') throw new Error('This page is a template and holds no object. unflat fills it in.');
  return JSON.parse(text) as PageData;
}

/** Points of the page, in meters in the camera's frame. */
export function readPoints({ data, count, min, max }: PagePoints): ColoredPoints {
  const bytes = fromBase64(data);
  // Positions are little-endian, as is every machine that WebGL runs on.
  const positions = new Uint16Array(bytes.buffer, 0, 3 * count);
  const place = (value: number, axis: number): number => min[axis] + (value / 65535) * (max[axis] - min[axis]);
  return { xyz: Float32Array.from(positions, (value, i) => place(value, i % 3)), rgb: bytes.subarray(6 * count) };
}

/** Distance between neighbors in meters: wider than in the object if points were left out. */
export const spacingOf = ({ spacing, total, count }: PagePoints): number => spacing * Math.sqrt(total / count);

/** @param glb base64 of a GLB file. @throws Error if it is damaged */
export async function readSurface(glb: string): Promise<Surface> {
  const parsed = new GLTFLoader().parseAsync(fromBase64(glb).buffer, '');
  const { scene } = await parsed.catch((cause: Error) => {
    throw new Error(`The surface in this page cannot be read: ${cause.message}`, { cause });
  });
  return new Surface(scene);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
