/** Points to draw: round, in the photo's colors. */
import {
  BufferAttribute,
  BufferGeometry,
  DataTexture,
  DynamicDrawUsage,
  Group,
  LinearFilter,
  Points,
  PointsMaterial,
} from 'three';
import { boundsOf } from '../io/axes.ts';
import { countPoints } from '../io/points.ts';
import type { ColoredPoints } from '../pipeline/coloredPoints.ts';
import { writeLinear } from './colors.ts';

/** Diameter of a point, in distances between neighbors: wide enough to close the gaps. */
const DIAMETER = 1.6;

/** A cloud that can grow. Its `group` is in the axes of glTF. `lens` must be called before it is drawn. */
export class Cloud {
  readonly group = new Group();
  /** How many points there are. */
  count = 0;
  private readonly points = new Points(
    new BufferGeometry(),
    new PointsMaterial({ vertexColors: true, alphaMap: disc(), alphaTest: 0.5 }),
  );
  private xyz = new Float32Array(0);
  private rgb = new Uint16Array(0);
  private halfHeight = 1;
  private diameter = 0;

  constructor() {
    // From the camera's axes, y down and z forward, to those of glTF: a half turn about x.
    this.group.rotation.x = Math.PI;
    // A cloud that grows has no bounds to cull by.
    this.points.frustumCulled = false;
    this.group.add(this.points);
  }

  /** Adds points. Those that are there already stay where they are, on the device too.
   *  @param points in meters in the camera's frame
   *  @param spacing distance between neighbors in meters
   *  @throws RangeError if positions and colors disagree */
  add(points: ColoredPoints, spacing: number): void {
    const start = this.count;
    this.count += countPoints('Stage', points);
    if (3 * this.count > this.xyz.length) this.grow(this.count);
    this.xyz.set(points.xyz, 3 * start);
    writeLinear(points.rgb, this.rgb, 3 * start);
    for (const name of ['position', 'color']) {
      const attribute = this.points.geometry.getAttribute(name) as BufferAttribute;
      attribute.addUpdateRange(3 * start, 3 * (this.count - start));
      attribute.needsUpdate = true;
    }
    this.diameter = DIAMETER * spacing;
    this.show(this.count);
    this.resize();
  }

  /** Draws the first `count` points alone. */
  show(count: number): void {
    this.points.geometry.setDrawRange(0, count);
  }

  /** Keeps the points at their size in meters. @param halfHeight of the picture at distance 1 */
  lens(halfHeight: number): void {
    this.halfHeight = halfHeight;
    this.resize();
  }

  dispose(): void {
    this.points.geometry.dispose();
    this.points.material.alphaMap?.dispose();
    this.points.material.dispose();
  }

  private resize(): void {
    // three multiplies sizes by the height of the picture and divides them by the distance, and leaves the lens out.
    this.points.material.size = this.diameter / this.halfHeight;
  }

  /** Makes room. Each time it is at least doubled, so a point is copied about once. */
  private grow(count: number): void {
    const room = Math.max(count, (2 * this.xyz.length) / 3);
    const [xyz, rgb] = [new Float32Array(3 * room), new Uint16Array(3 * room)];
    xyz.set(this.xyz);
    rgb.set(this.rgb);
    [this.xyz, this.rgb] = [xyz, rgb];
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(xyz, 3).setUsage(DynamicDrawUsage));
    geometry.setAttribute('color', new BufferAttribute(rgb, 3, true).setUsage(DynamicDrawUsage));
    this.points.geometry.dispose();
    this.points.geometry = geometry;
  }
}

/** A distance between neighbors, in meters, for points without a common one: that of as many points spread over a square as
 *  large as their box. */
export function meanSpacing({ xyz }: ColoredPoints): number {
  if (xyz.length === 0) return 0;
  const { min, max } = boundsOf(xyz);
  return Math.hypot(...max.map((value, axis) => value - min[axis])) / Math.sqrt(xyz.length / 3);
}

/** A white disc on black. */
function disc(): DataTexture {
  const side = 32;
  const pixels = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [(i % side) + 0.5 - side / 2, Math.floor(i / side) + 0.5 - side / 2];
    pixels.fill(Math.hypot(x, y) < side / 2 ? 255 : 0, 4 * i, 4 * i + 4);
  }
  const texture = new DataTexture(pixels, side, side);
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearFilter;
  texture.needsUpdate = true;
  return texture;
}
