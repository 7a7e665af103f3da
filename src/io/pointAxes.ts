/** Which axes of a point cloud point right, down and forward: programs disagree. */

/** For right, down and forward in turn: the axis of the file (0, 1, 2 for x, y, z), and whether it points the other way. */
export type Axes = readonly { readonly axis: number; readonly isNegative: boolean }[];

/** The camera's own axes: x right, y down, z forward. */
export const CAMERA_AXES = 'x,y,z';

/** Parses `x,-y,-z`. @returns undefined unless there are three different axes */
export function parseAxes(text: string): Axes | undefined {
  const parts = text
    .toLowerCase()
    .split(',')
    .map((part) => /^\s*([-+]?)([xyz])\s*$/.exec(part));
  if (parts.length !== 3 || parts.includes(null) || new Set(parts.map((part) => part?.[2])).size !== 3)
    return undefined;
  return parts.map((part) => ({ axis: 'xyz'.indexOf(part![2]), isNegative: part![1] === '-' }));
}

/** Turns [n, 3] points to x right, y down, z forward. */
export function turnAxes(xyz: Float32Array, axes: Axes): Float32Array {
  return xyz.map((_, i) => {
    const { axis, isNegative } = axes[i % 3];
    const value = xyz[i - (i % 3) + axis];
    return isNegative ? 0 - value : value;
  });
}

/**
 * What looks wrong with the axes of a point map, in words; undefined if nothing does. In a camera's frame, what is seen lies in front of
 * the camera, and the upper rows of the picture are up.
 * @param xyz [height, width, 3], taken for x right, y down, z forward; NaN where there is no point
 */
export function doubtfulAxes(xyz: Float32Array, width: number): string | undefined {
  let [points, behind] = [0, 0];
  // Sums for the sign of the covariance of rows and y / |z|: y grows downwards as rows do, whatever the depth.
  let [rows, heights, products] = [0, 0, 0];
  for (let i = 0; i < xyz.length / 3; i++) {
    const [y, z] = [xyz[3 * i + 1], xyz[3 * i + 2]];
    if (Number.isNaN(z)) continue;
    const row = Math.floor(i / width);
    const height = y / Math.max(Math.abs(z), 1e-6);
    points++;
    if (z < 0) behind++;
    rows += row;
    heights += height;
    products += row * height;
  }
  const isBehind = behind > points / 2;
  const isUpwards = products * points < rows * heights;
  if (isBehind && isUpwards) return 'its z points backward and its y up, as in OpenGL: give --cloud-axes x,-y,-z';
  if (isBehind) return 'its z points backward: give --cloud-axes x,y,-z';
  if (isUpwards) return 'its y points up: give --cloud-axes x,-y,z';
  return undefined;
}
