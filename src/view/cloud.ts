/** Points to draw: round, in the photo's colors. */
import {
  BufferAttribute,
  BufferGeometry,
  DataTexture,
  Group,
  LinearFilter,
  Points,
  PointsMaterial,
  SRGBColorSpace,
  Color,
} from 'three';
import type { PagePoints } from '../io/viewPage.ts';
import { readPoints } from './data.ts';

/** Diameter of a point, in distances between neighbors: wide enough to close the gaps. */
const DIAMETER = 1.6;

/** A cloud in the axes of glTF. `lens` must be called before it is drawn. */
export class Cloud {
  readonly group = new Group();
  private readonly material = new PointsMaterial({ vertexColors: true, alphaMap: disc(), alphaTest: 0.5 });
  private readonly diameter: number;

  constructor(points: PagePoints) {
    const { min, max, count, total } = points;
    const { positions, rgb } = readPoints(points);
    const size = max.map((value, axis) => value - min[axis]);
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(positions, 3, true));
    geometry.setAttribute('color', new BufferAttribute(linearColors(rgb), 3, true));
    const drawn = new Points(geometry, this.material);
    drawn.scale.fromArray(size);
    drawn.position.fromArray(min);
    this.group.add(drawn);
    // From the camera's axes, y down and z forward, to those of glTF: a half turn about x.
    this.group.rotation.x = Math.PI;
    // Points of a photo have no common distance. Spread over a square as large as their box, they would have this one.
    const spacing = points.spacing || Math.hypot(...size) / Math.sqrt(total || 1);
    this.diameter = DIAMETER * spacing * Math.sqrt(total / (count || 1));
  }

  /** Keeps the points at their size in meters. @param fov vertical field of view in radians */
  lens(fov: number): void {
    // three multiplies sizes by the height of the picture and divides them by the distance, and leaves the lens out.
    this.material.size = this.diameter / Math.tan(fov / 2);
  }
}

/** Colors of vertices are linear light in three. 16 bits keep dark tones. */
function linearColors(rgb: Uint8Array): Uint16Array {
  const color = new Color();
  const linear = Uint16Array.from({ length: 256 }, (_, byte) =>
    Math.round(65535 * color.setRGB(byte / 255, 0, 0, SRGBColorSpace).r),
  );
  return Uint16Array.from(rgb, (byte) => linear[byte]);
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
