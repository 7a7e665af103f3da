/** The sheet: one picture of the object from five sides. */
import { renderPoints } from '../../graph/ops/points.ts';
import type { Shared } from '../../graph/shared.ts';
import { Graph } from '../../graph/record.ts';
import type { RunOptions } from '../../graph/run.ts';
import { packColors, spacingOf, type Cloud } from './cloud.ts';
import { draw, type Picture } from './picture.ts';
import { frameOf, sheetViews } from './views.ts';

export type { Picture as Sheet } from './picture.ts';

/** Radius of a splat, in distances between neighboring points. Above 1, splats overlap and close surfaces. */
const RADIUS = 1.05;

/**
 * Draws a sheet that is twice as wide as high. The left half shows the object from the photo's camera. The right half
 * shows its right side and its back, and below them its left side and its top.
 * @param height in pixels, an even number; 640 by default
 * @throws RangeError if rgb and xyz differ in length; ShapeError; Canceled; DeviceError
 */
export async function renderSheet(
  shared: Shared,
  cloud: Cloud,
  { height = 640, ...run }: { height?: number } & RunOptions = {},
): Promise<Picture> {
  const { xyz } = cloud;
  const colors = packColors(cloud);
  const spacing = spacingOf(cloud);
  const size = { width: 2 * height, height };
  const graph = new Graph();
  const picture = renderPoints(
    graph.input('points', [colors.length, 3]),
    graph.input('colors', [colors.length], 'u32'),
    size,
    RADIUS * spacing,
    sheetViews(frameOf(xyz, spacing), height),
  );
  return draw(shared, graph, picture, { points: xyz, colors }, run);
}
