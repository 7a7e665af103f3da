/** Sides of the grid, as a person who looks at the photo calls them. */
import type { ObjectMesh } from '../pipeline/session/objectMesh.ts';

const NAMES = {
  x: { low: 'left', high: 'right' },
  y: { low: 'top', high: 'bottom' },
  z: { low: 'front', high: 'back' },
} as const;

/** `left`, `left and top`, `left, top, and back`. */
export function sidesInWords(sides: ObjectMesh['facts']['touches']): string {
  return new Intl.ListFormat('en').format(sides.map(({ axis, end }) => NAMES[axis][end]));
}
