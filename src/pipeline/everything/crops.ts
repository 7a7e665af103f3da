/** The parts of a photo that are searched, and the points on them. */
import type { PixelBox } from '../maskRuns.ts';
import type { PhotoWords, Size } from '../photo.ts';
import type { PixelPoint } from '../roles.ts';
import type { EverythingSettings } from './defaults.ts';
import type { PointGrid } from './options.ts';

/** A part of a photo: its left, top, right and bottom edge. */
export interface Crop {
  readonly box: PixelBox;
  /** 0 for the whole photo. */
  readonly layer: number;
}

/**
 * The whole photo, then the crops of each layer, column by column. Layer i has 2^i by 2^i crops of equal size, except
 * that the last ones end with the photo; neighbors overlap.
 */
export function cropsOf({ width, height }: Size, { cropNLayers, cropOverlapRatio }: EverythingSettings): Crop[] {
  const crops: Crop[] = [{ box: [0, 0, width, height], layer: 0 }];
  for (let layer = 1; layer <= cropNLayers; layer++) {
    const count = 2 ** layer;
    const overlap = Math.floor(cropOverlapRatio * Math.min(width, height) * (2 / count));
    const sideOf = (length: number): number => Math.ceil((overlap * (count - 1) + length) / count);
    const [across, down] = [sideOf(width), sideOf(height)];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        const [left, top] = [(across - overlap) * i, (down - overlap) * j];
        crops.push({ box: [left, top, Math.min(left + across, width), Math.min(top + down, height)], layer });
      }
    }
  }
  return crops;
}

/** The grid of each layer: the given ones, or points in the middle of equal cells, row by row. */
export const gridsOf = (settings: EverythingSettings, given?: readonly PointGrid[]): readonly PointGrid[] =>
  given ??
  Array.from({ length: settings.cropNLayers + 1 }, (_, layer) =>
    gridOf(Math.floor(settings.pointsPerSide / settings.cropNPointsDownscaleFactor ** layer)),
  );

/** The coordinates are rounded as NumPy's linspace rounds them. */
function gridOf(perSide: number): PointGrid {
  const start = 1 / (2 * perSide);
  const stop = 1 - start;
  const step = (stop - start) / (perSide - 1);
  const at = (i: number): number => (i > 0 && i === perSide - 1 ? stop : i === 0 ? start : i * step + start);
  return Array.from({ length: perSide * perSide }, (_, i) => [at(i % perSide), at(Math.floor(i / perSide))] as const);
}

/** Points of a grid in pixels of a crop. */
export function pointsOn(grid: PointGrid, [left, top, right, bottom]: PixelBox): PixelPoint[] {
  return grid.map(([x, y]) => ({ x: x * (right - left), y: y * (bottom - top) }));
}

/** The pixels of a part of a photo. */
export function cut({ width, words }: PhotoWords, [left, top, right, bottom]: PixelBox): PhotoWords {
  const part = new Uint32Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y++) {
    part.set(words.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  }
  return { width: right - left, height: bottom - top, words: part };
}

/** Pixels within which a box counts as touching an edge. */
const NEAR = 20;

/** Whether a box in pixels of a crop touches an edge of the crop that is no edge of the photo: its object may be cut off. */
export function isCutOff(box: PixelBox, crop: PixelBox, { width, height }: Size): boolean {
  const photo = [0, 0, width, height];
  return box.some((value, i) => {
    const at = value + crop[i % 2];
    return Math.abs(at - crop[i]) <= NEAR && Math.abs(at - photo[i]) > NEAR;
  });
}
