/** A recording of all stages, which the Rerun viewer (https://rerun.io) opens: docs/rerun.md says what is in it. */
import type { Intrinsics } from '../../pipeline/camera.ts';
import type { ColoredPoints } from '../../pipeline/coloredPoints.ts';
import type { Mesh } from '../../pipeline/mesh.ts';
import type { Photo } from '../../pipeline/photo.ts';
import type { PromptBox, PromptPoint } from '../../pipeline/roles.ts';
import { depthToMillimeters } from '../depth.ts';
import { countPoints } from '../points.ts';
import {
  box2d,
  cameraAxes,
  clear,
  depthImage,
  image,
  maskColors,
  mesh3d,
  pinhole,
  points2d,
  points3d,
  recordingInfo,
  segmentationImage,
} from './archetypes.ts';
import { logLayout } from './layout.ts';
import { RrdFile, Store } from './stream.ts';

/** The stages of one photo. Positions are in meters in the camera's frame: x right, y down, z forward. */
export interface RecordedStages {
  /** Identifies the recording, such as `crypto.randomUUID()`: the viewer merges recordings that have the same. */
  readonly id: string;
  /** When the recording was made: milliseconds since 1970. */
  readonly time: number;
  readonly photo: Photo;
  readonly camera: Intrinsics;
  /** The prompt, in pixels of the photo. */
  readonly box?: PromptBox;
  readonly points?: readonly PromptPoint[];
  /** [height, width] of 0 and 1. */
  readonly mask: Uint8Array;
  /** [height, width] in meters. Depths that are not positive and finite are left out. */
  readonly depth: Float32Array;
  /** The points that the photo shows. */
  readonly seen: ColoredPoints;
  /** The object's points, in the order of the grid. */
  readonly object: ColoredPoints & {
    /** [n, 3] in the object's frame: points of one layer of the grid have the same x. */
    readonly grid: Float32Array;
    /** Distance between neighbors, in meters. */
    readonly spacing: number;
  };
  /** The surface, if there is one. */
  readonly mesh?: Mesh;
}

/** Counts the layers of the grid along x that have points, as the sweep finds them. */
const TIMELINE = 'layer';

/** Radius of a point of the object, in distances between neighbors. */
const RADIUS = 0.6;
/** Distance of the drawn photo from the camera, in distances of the nearest seen point. */
const PLANE = 0.3;
/** Radius of a seen point, in pixels of the screen. */
const SEEN_RADIUS = -1.5;

/**
 * Encodes the stages as an .rrd file. On the timeline `layer`, the object's points grow layer by layer; at its end the surface
 * takes the place of all points.
 * @throws RangeError if mask or depth do not have the photo's size, or if positions, colors and grid of points disagree
 */
export function encodeRrd(stages: RecordedStages): Uint8Array {
  const { id, time, photo, camera, box, points, mask, depth, seen, object, mesh } = stages;
  expectSizes(stages);
  const file = new RrdFile();
  logLayout(new Store(file, 'blueprint', id, time), TIMELINE, object.xyz.length > 0 ? object.xyz : seen.xyz);
  const recording = new Store(file, 'recording', id, time);
  recording.log('/__properties', recordingInfo(photo.name ?? 'photo'));
  recording.log('/', cameraAxes());
  recording.log('/camera', pinhole(camera, photo, PLANE * nearest(seen)));
  recording.log('/camera/photo', image(withoutAlpha(photo), photo));
  recording.log('/camera/mask', maskColors());
  recording.log('/camera/mask', segmentationImage(mask, photo));
  recording.log('/camera/depth', depthImage(depthToMillimeters(depth).millimeters, photo));
  if (box) recording.log('/camera/prompt/box', box2d(box));
  if (points && points.length > 0) recording.log('/camera/prompt/points', points2d(points));
  recording.log('/points/seen', points3d(seen, SEEN_RADIUS), { timeline: TIMELINE, at: 0 });
  const layers = layersOf(object);
  layers.forEach((layer, at) => {
    const points = points3d(layer, RADIUS * object.spacing);
    recording.log(`/points/object/layer_${at}`, points, { timeline: TIMELINE, at });
  });
  if (mesh) {
    const end = { timeline: TIMELINE, at: layers.length };
    recording.log('/points', clear(), end);
    recording.log('/surface', mesh3d(mesh), end);
  }
  return file.finish();
}

function expectSizes({ photo, mask, depth, seen, object }: RecordedStages): void {
  const { width, height } = photo;
  for (const [name, { length }] of Object.entries({ mask, depth })) {
    if (length === width * height) continue;
    throw new RangeError(`Recording: the ${name} has ${length} values, the photo ${width} x ${height} pixels.`);
  }
  countPoints('Recording', seen);
  countPoints('Recording', object);
  if (object.grid.length !== object.xyz.length) {
    throw new RangeError(
      `Recording: grid holds ${object.grid.length} values and xyz ${object.xyz.length}; both must hold three for each point.`,
    );
  }
}

/** The points of each layer. */
function layersOf({ xyz, rgb, grid }: RecordedStages['object']): ColoredPoints[] {
  const layers: ColoredPoints[] = [];
  for (let start = 0; start < xyz.length;) {
    let end = start + 3;
    while (end < xyz.length && grid[end] === grid[start]) end += 3;
    layers.push({ xyz: xyz.subarray(start, end), rgb: rgb.subarray(start, end) });
    start = end;
  }
  return layers;
}

/** Depth of the nearest point; 1 without points. */
function nearest({ xyz }: ColoredPoints): number {
  let depth = Infinity;
  for (let i = 2; i < xyz.length; i += 3) depth = Math.min(depth, xyz[i]);
  return depth < Infinity ? depth : 1;
}

/** [height, width, 3] sRGB bytes. */
function withoutAlpha({ rgba }: Photo): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let i = 0, k = 0; i < rgba.length; i += 4, k += 3) {
    rgb[k] = rgba[i];
    rgb[k + 1] = rgba[i + 1];
    rgb[k + 2] = rgba[i + 2];
  }
  return rgb;
}
