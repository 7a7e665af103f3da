/** Regions of masks, and small ones: holes, and islands. Pixels that touch at a corner belong together. */

/** The regions of a mask. */
interface Regions {
  /** Number of each pixel's region, [height, width]; 0 for pixels of no region. */
  readonly labels: Uint32Array;
  /** Number of pixels by region; that of region 0 is not counted. */
  readonly areas: readonly number[];
}

/**
 * Fills holes with fewer than `area` pixels, then removes islands with fewer; if all are smaller, the largest stays, and of several the
 * first one.
 * @param mask [height, width] of 0 and 1; it is changed
 * @returns whether there were any
 */
export function removeSmallRegions(mask: Uint8Array, width: number, area: number): boolean {
  const holes = regionsOf(mask, width, 0);
  const hasHoles = holes.areas.some((count, label) => label > 0 && count < area);
  if (hasHoles) holes.labels.forEach((label, i) => label > 0 && holes.areas[label] < area && (mask[i] = 1));

  const islands = regionsOf(mask, width, 1);
  const isSmall = islands.areas.map((count, label) => label > 0 && count < area);
  const hasIslands = isSmall.includes(true);
  if (hasIslands) {
    if (isSmall.every((small, label) => label === 0 || small)) {
      isSmall[islands.areas.indexOf(Math.max(...islands.areas.slice(1)), 1)] = false;
    }
    islands.labels.forEach((label, i) => isSmall[label] && (mask[i] = 0));
  }
  return hasHoles || hasIslands;
}

/** The pixels in blocks of 2 x 2, row of blocks after row of blocks. */
function* inBlocks(width: number, pixels: number): Generator<number> {
  for (let top = 0; top < pixels; top += 2 * width) {
    for (let left = top; left < top + width; left += 2) {
      for (const row of [left, left + width]) {
        if (row >= pixels) continue;
        yield row;
        if (left + 1 < top + width) yield row + 1;
      }
    }
  }
}

/** The regions of pixels with a value, numbered from 1 in the order of their first blocks, as OpenCV numbers them for the released code. */
export function regionsOf(mask: Uint8Array, width: number, value: number): Regions {
  const labels = new Uint32Array(mask.length);
  const areas = [0];
  const waiting: number[] = [];
  for (const first of inBlocks(width, mask.length)) {
    if (mask[first] !== value || labels[first] !== 0) continue;
    const label = areas.length;
    let count = 0;
    labels[first] = label;
    waiting.push(first);
    while (waiting.length > 0) {
      const i = waiting.pop()!;
      count++;
      const x = i % width;
      for (let row = i - x - width; row <= i - x + width; row += width) {
        if (row < 0 || row >= mask.length) continue;
        for (let j = row + Math.max(0, x - 1); j <= row + Math.min(width - 1, x + 1); j++) {
          if (mask[j] !== value || labels[j] !== 0) continue;
          labels[j] = label;
          waiting.push(j);
        }
      }
    }
    areas.push(count);
  }
  return { labels, areas };
}
