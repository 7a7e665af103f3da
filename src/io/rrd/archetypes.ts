/**
 * What the Rerun viewer can show, as components with values. Names and types are those of its archetypes
 * (https://rerun.io/docs/reference/types/archetypes).
 */
import type { Intrinsics } from '../../pipeline/camera.ts';
import type { ColoredPoints } from '../../pipeline/coloredPoints.ts';
import type { Mesh } from '../../pipeline/mesh.ts';
import type { Size } from '../../pipeline/photo.ts';
import type { PromptBox, PromptPoint } from '../../pipeline/roles.ts';
import {
  blob,
  emptyLists,
  flag,
  missingByte,
  numbers,
  oneList,
  records,
  texts,
  vectors,
  type Values,
} from './arrow.ts';

/** A part of an archetype. */
export interface Component {
  /** Full name of the archetype, such as `rerun.archetypes.Points3D`. */
  readonly archetype: string;
  /** Its field, such as `positions`. */
  readonly field: string;
  /** Full name of the type of its values, such as `rerun.components.Position3D`. */
  readonly type: string;
  readonly values: Values;
}

/** Components of one archetype, from field, type and values. */
const archetype = (name: string, ...components: (readonly [field: string, type: string, values: Values])[]) =>
  components.map(([field, type, values]): Component => ({
    archetype: `rerun.archetypes.${name}`,
    field,
    type: `rerun.components.${type}`,
    values,
  }));

/** Colors as numbers 0xRRGGBBAA. @param rgb [n, 3] sRGB bytes */
const colors = (rgb: Uint8Array): Values =>
  numbers(Uint32Array.from({ length: rgb.length / 3 }, (_, i) => colorOf(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2])));

const colorOf = (r: number, g: number, b: number): number => ((r << 24) | (g << 16) | (b << 8) | 255) >>> 0;

const float = (value: number): Values => numbers(Float32Array.of(value));

// Directions of axes: 2 is down, 3 right, 5 forward.
const RIGHT_DOWN_FORWARD = Uint8Array.of(3, 2, 5);

/** The axes of everything below an entity: x right, y down, z forward. */
export const cameraAxes = (): Component[] =>
  archetype('ViewCoordinates', ['xyz', 'ViewCoordinates', vectors(RIGHT_DOWN_FORWARD, 3)]);

/** The name by which the viewer lists a recording. */
export const recordingInfo = (name: string): Component[] => archetype('RecordingInfo', ['name', 'Name', texts(name)]);

/** The camera of a photo; pictures below its entity are seen by it. @param distance of the drawn picture, in meters */
export function pinhole({ fx, fy, cx, cy }: Intrinsics, { width, height }: Size, distance: number): Component[] {
  // Column by column.
  const projection = Float32Array.of(fx, 0, 0, 0, fy, 0, cx, cy, 1);
  return archetype(
    'Pinhole',
    ['image_from_camera', 'PinholeProjection', vectors(projection, 9)],
    ['resolution', 'Resolution', vectors(Float32Array.of(width, height), 2)],
    ['camera_xyz', 'ViewCoordinates', vectors(RIGHT_DOWN_FORWARD, 3)],
    ['image_plane_distance', 'ImagePlaneDistance', float(distance)],
  );
}

/** Color models and types of pixels. */
const GRAY = 1;
const RGB = 2;
const U8 = 6;
const U16 = 8;

const format = ({ width, height }: Size, colorModel: number, channel: number): Values =>
  records(
    ['width', numbers(Uint32Array.of(width))],
    ['height', numbers(Uint32Array.of(height))],
    ['pixel_format', missingByte(), 'canMiss'],
    ['color_model', numbers(Uint8Array.of(colorModel)), 'canMiss'],
    ['channel_datatype', numbers(Uint8Array.of(channel)), 'canMiss'],
  );

/** @param rgb [height, width, 3] sRGB bytes */
export const image = (rgb: Uint8Array, size: Size): Component[] =>
  archetype('Image', ['buffer', 'ImageBuffer', blob(rgb)], ['format', 'ImageFormat', format(size, RGB, U8)]);

/** Colors 0xRRGGBBAA of a mask's values 0 and 1: the background is transparent. */
const MASK_COLORS = Uint32Array.of(0x00000000, 0x2e9bffff);

/** Names and colors of a mask's values. */
export function maskColors(): Component[] {
  const infos = (ids: Uint16Array, labels: string[], colors: Uint32Array): Values =>
    records(['id', numbers(ids)], ['label', texts(...labels), 'canMiss'], ['color', numbers(colors), 'canMiss']);
  const none = new Uint16Array();
  const pairs = records(['keypoint0', numbers(none)], ['keypoint1', numbers(none)]);
  const ids = Uint16Array.of(0, 1);
  const descriptions = records(
    ['info', infos(ids, ['background', 'object'], MASK_COLORS)],
    ['keypoint_annotations', emptyLists(2, infos(none, [], new Uint32Array()))],
    ['keypoint_connections', emptyLists(2, pairs)],
  );
  const classes = records(['class_id', numbers(ids)], ['class_description', descriptions]);
  return archetype('AnnotationContext', ['context', 'AnnotationContext', oneList(classes)]);
}

/** A mask over a picture. @param mask [height, width] of 0 and 1 */
export const segmentationImage = (mask: Uint8Array, size: Size): Component[] =>
  archetype(
    'SegmentationImage',
    ['buffer', 'ImageBuffer', blob(mask)],
    ['format', 'ImageFormat', format(size, GRAY, U8)],
    ['opacity', 'Opacity', float(0.5)],
  );

/** @param millimeters [height, width]; 0 = no depth */
export const depthImage = (millimeters: Uint16Array, size: Size): Component[] =>
  archetype(
    'DepthImage',
    ['buffer', 'ImageBuffer', blob(new Uint8Array(millimeters.buffer, millimeters.byteOffset, millimeters.byteLength))],
    ['format', 'ImageFormat', format(size, GRAY, U16)],
    // How many steps of the values make a meter.
    ['meter', 'DepthMeter', float(1000)],
  );

const PROMPT_COLOR = Uint8Array.of(255, 200, 0);
const OFF_COLOR = Uint8Array.of(255, 60, 60);

export const box2d = ([left, top, right, bottom]: PromptBox): Component[] =>
  archetype(
    'Boxes2D',
    ['half_sizes', 'HalfSize2D', vectors(Float32Array.of((right - left) / 2, (bottom - top) / 2), 2)],
    ['centers', 'Position2D', vectors(Float32Array.of((left + right) / 2, (top + bottom) / 2), 2)],
    ['colors', 'Color', colors(PROMPT_COLOR)],
  );

export const points2d = (points: readonly PromptPoint[]): Component[] =>
  archetype(
    'Points2D',
    ['positions', 'Position2D', vectors(Float32Array.from(points.flatMap(({ x, y }) => [x, y])), 2)],
    [
      'colors',
      'Color',
      colors(Uint8Array.from(points.flatMap(({ label }) => [...(label === 1 ? PROMPT_COLOR : OFF_COLOR)]))),
    ],
    // A negative radius is in pixels of the screen.
    ['radii', 'Radius', float(-6)],
  );

/** @param radius in meters; a negative one is in pixels of the screen */
export const points3d = ({ xyz, rgb }: ColoredPoints, radius: number): Component[] =>
  archetype(
    'Points3D',
    ['positions', 'Position3D', vectors(xyz, 3)],
    ['colors', 'Color', colors(rgb)],
    ['radii', 'Radius', float(radius)],
  );

/** Without normals, the viewer draws the colors as they are. */
export const mesh3d = ({ xyz, rgb, triangles }: Mesh): Component[] =>
  archetype(
    'Mesh3D',
    ['vertex_positions', 'Position3D', vectors(xyz, 3)],
    ['vertex_colors', 'Color', colors(rgb)],
    ['triangle_indices', 'TriangleIndices', vectors(triangles, 3)],
  );

/** From now on, nothing of an entity and of what is below it is shown. */
export const clear = (): Component[] => archetype('Clear', ['is_recursive', 'ClearIsRecursive', flag(true)]);
