/** The check of colored points that all file formats share. */
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';

/** Counts the points. @throws RangeError if positions and colors do not hold three values for each point */
export function countPoints(format: string, points: ColoredPoints): number {
  const { xyz, rgb } = points;
  if (xyz.length % 3 !== 0 || xyz.length !== rgb.length) {
    throw new RangeError(
      `${format}: xyz holds ${xyz.length} values and rgb ${rgb.length}; both must hold three for each point.`,
    );
  }
  return xyz.length / 3;
}
