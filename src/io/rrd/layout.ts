/**
 * How the viewer shows the recording when it opens: the object in 3D, beside it the photo and the depth. Rerun calls it a
 * blueprint (https://rerun.io/docs/concepts/visualization/blueprints): entities of its own in a store of its own.
 */
import type { Component } from './archetypes.ts';
import { flag, numbers, texts, vectors, type Values } from './arrow.ts';
import type { Store } from './stream.ts';

/** Blueprints have one timeline; what they say holds from its start. */
const START = { timeline: 'blueprint', at: 0 };

/** Values of enumerations. */
const HORIZONTAL = 2;
const VERTICAL = 3;
const COLLAPSED = 2;
const PLAYING = 2;

/** Layers per second while the recording plays. */
const LAYERS_PER_SECOND = 10;

/** Where the viewer looks from: degrees to the right around the object and upwards, and the distance in radii. */
const EYE = { yaw: 30, pitch: 15, distance: 2.6 };

/** Components of one archetype of blueprints, from field, type and values. */
const archetype = (name: string, ...components: (readonly [field: string, type: string, values: Values])[]) =>
  components.map(([field, type, values]): Component => ({
    archetype: `rerun.blueprint.archetypes.${name}`,
    field,
    type: type.startsWith('rerun.') ? type : `rerun.blueprint.components.${type}`,
    values,
  }));

/** Identifiers of views and containers, which must differ: the viewer keeps both in one tree. */
const uuidOf = (number: number): Uint8Array => Uint8Array.of(...new Array<number>(15).fill(0), number);
const pathOf = (kind: 'view' | 'container', number: number): string =>
  `/${kind}/00000000-0000-0000-0000-${number.toString(16).padStart(12, '0')}`;

/**
 * @param store a blueprint
 * @param timeline what plays when the recording opens
 * @param xyz [n, 3] the points to look at, in the axes of the camera
 */
export function logLayout(store: Store, timeline: string, xyz: Float32Array): void {
  const log = (path: string, components: Component[]): void => store.log(path, components, START);
  const view = (number: number, kind: '2D' | '3D', name: string, origin: string, query: string[]): string => {
    const path = pathOf('view', number);
    log(
      path,
      archetype(
        'ViewBlueprint',
        ['class_identifier', 'ViewClass', texts(kind)],
        ['display_name', 'rerun.components.Name', texts(name)],
        ['space_origin', 'ViewOrigin', texts(origin)],
      ),
    );
    log(`${path}/ViewContents`, archetype('ViewContents', ['query', 'QueryExpression', texts(...query)]));
    return path;
  };
  const container = (number: number, kind: number, contents: string[], shares: 'col' | 'row', ...parts: number[]) => {
    const path = pathOf('container', number);
    const type = shares === 'col' ? 'ColumnShare' : 'RowShare';
    log(
      path,
      archetype(
        'ContainerBlueprint',
        ['container_kind', 'ContainerKind', numbers(Uint8Array.of(kind))],
        ['contents', 'IncludedContent', texts(...contents)],
        [`${shares}_shares`, type, numbers(Float32Array.from(parts))],
      ),
    );
    return path;
  };

  const object = view(1, '3D', 'Object', '/', ['+ /**', '- /camera/mask', '- /camera/depth', '- /camera/prompt/**']);
  const photo = view(2, '2D', 'Photo', '/camera', ['+ /camera/photo', '+ /camera/mask', '+ /camera/prompt/**']);
  const depth = view(3, '2D', 'Depth', '/camera', ['+ /camera/depth']);
  log(`${object}/EyeControls3D`, eyeOn(xyz));
  const pictures = container(4, VERTICAL, [photo, depth], 'row', 1, 1);
  container(5, HORIZONTAL, [object, pictures], 'col', 3, 2);
  log(
    '/viewport',
    archetype(
      'ViewportBlueprint',
      ['root_container', 'RootContainer', vectors(uuidOf(5), 16)],
      ['auto_layout', 'AutoLayout', flag(false)],
      ['auto_views', 'AutoViews', flag(false)],
    ),
  );
  const collapsed = archetype('PanelBlueprint', ['state', 'PanelState', numbers(Uint8Array.of(COLLAPSED))]);
  log('/selection_panel', collapsed);
  log(
    '/time_panel',
    archetype(
      'TimePanelBlueprint',
      ['state', 'PanelState', numbers(Uint8Array.of(COLLAPSED))],
      ['timeline', 'TimelineName', texts(timeline)],
      ['fps', 'Fps', numbers(Float64Array.of(LAYERS_PER_SECOND))],
    ),
  );
  // As in Rerun's own programs, this holds at all times of the blueprint, so that pausing is no edit of it.
  store.log(
    '/time_panel',
    archetype('TimePanelBlueprint', ['play_state', 'PlayState', numbers(Uint8Array.of(PLAYING))]),
  );
  store.activate();
}

function eyeOn(xyz: Float32Array): Component[] {
  const { center, radius } = frameOf(xyz);
  const [yaw, pitch] = [EYE.yaw, EYE.pitch].map((degrees) => (degrees * Math.PI) / 180);
  const direction = [Math.sin(yaw) * Math.cos(pitch), -Math.sin(pitch), -Math.cos(yaw) * Math.cos(pitch)];
  const position = Float32Array.from(center, (value, axis) => value + EYE.distance * radius * direction[axis]);
  return archetype(
    'EyeControls3D',
    ['position', 'rerun.components.Position3D', vectors(position, 3)],
    ['look_target', 'rerun.components.Position3D', vectors(Float32Array.from(center), 3)],
    ['eye_up', 'rerun.components.Vector3D', vectors(Float32Array.of(0, -1, 0), 3)],
  );
}

/** The middle of the points' box, and half its diagonal. Without points, a place in front of the camera. */
function frameOf(xyz: Float32Array): { center: number[]; radius: number } {
  if (xyz.length === 0) return { center: [0, 0, 1], radius: 1 };
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  for (let k = 0; k < xyz.length; k++) {
    min[k % 3] = Math.min(min[k % 3], xyz[k]);
    max[k % 3] = Math.max(max[k % 3], xyz[k]);
  }
  const center = min.map((value, axis) => (value + max[axis]) / 2);
  return { center, radius: Math.hypot(...max.map((value, axis) => (value - min[axis]) / 2)) };
}
