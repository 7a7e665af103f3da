/** The page beside a result: the object to turn, the photo with its mask, and the depth. */
import { Box3, Vector3, type Group } from 'three';
import type { PageData, PagePoints } from '../io/viewPage.ts';
import { Cloud } from './cloud.ts';
import { readData } from './data.ts';
import { listenToKeys } from './keys.ts';
import { Stage, type Side } from './stage.ts';
import { Surface } from './surface.ts';

type Layer = 'surface' | 'points' | 'seen';

/** An element of index.html. */
const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const buttons = (key: 'layer' | 'side'): HTMLButtonElement[] => [
  ...document.querySelectorAll<HTMLButtonElement>(`button[data-${key}]`),
];

const press = (button: HTMLButtonElement, isPressed: boolean): void =>
  button.setAttribute('aria-pressed', String(isPressed));

function say(problem: string): void {
  element('problem').textContent = problem;
  element('problem').hidden = false;
  element('canvas').hidden = true;
  for (const button of [...buttons('layer'), ...buttons('side'), element<HTMLButtonElement>('light')]) {
    button.disabled = true;
  }
}

/** Shows photo, mask and depth. @returns the switch of the mask */
function showPictures({ photo, mask, depth }: PageData): () => void {
  element<HTMLImageElement>('photo').src = `data:image/jpeg;base64,${photo}`;
  element<HTMLImageElement>('mask').src = `data:image/png;base64,${mask}`;
  element<HTMLImageElement>('depth').src = `data:image/png;base64,${depth}`;
  const button = element<HTMLButtonElement>('mask-toggle');
  const toggle = (): void => {
    const overlay = element('mask');
    overlay.hidden = !overlay.hidden;
    press(button, !overlay.hidden);
  };
  button.onclick = toggle;
  return toggle;
}

function showFacts(facts: Record<string, string>): void {
  for (const [name, value] of Object.entries(facts)) {
    const [term, text] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = name;
    text.textContent = value;
    element('facts').append(term, text);
  }
}

const number = (value: number): string => value.toLocaleString('en');

/** How many points there are, and how many of them the page holds. */
const countOf = ({ total, count }: PagePoints): string =>
  count === total ? number(total) : `${number(total)}, of which this page holds ${number(count)}`;

function sizeOf(object: Group): string {
  const size = new Box3().setFromObject(object).getSize(new Vector3());
  return `${size
    .toArray()
    .map((meters) => Number(meters.toPrecision(2)))
    .join(' × ')} m`;
}

/** The object on its stage, with buttons and keys. */
async function showObject(data: PageData, toggleMask: () => void): Promise<void> {
  const canvas = element<HTMLCanvasElement>('canvas');
  const clouds = { points: new Cloud(data.object), seen: new Cloud(data.seen) };
  const stage = openStage(canvas, (fov) => Object.values(clouds).forEach((cloud) => cloud.lens(fov)));
  const surface = data.mesh === undefined ? undefined : await Surface.read(data.mesh);
  const layers: [Layer, Group][] = [];
  if (surface) layers.push(['surface', surface.group]);
  if (data.object.count > 0) layers.push(['points', clouds.points.group]);
  if (data.seen.count > 0) layers.push(['seen', clouds.seen.group]);
  if (layers.length === 0) throw new Error('This result holds no surface and no points.');
  showFacts({
    'Size, about': sizeOf(layers[0][1]),
    ...(surface && { Triangles: number(surface.numTriangles) }),
    Points: countOf(data.object),
    'Seen points': countOf(data.seen),
  });

  let current = 0;
  const showLayer = (index: number): void => {
    current = index;
    layers.forEach(([, group], i) => (group.visible = i === index));
    for (const button of buttons('layer')) press(button, button.dataset.layer === layers[index][0]);
    stage.draw();
  };
  for (const button of buttons('layer')) {
    const index = layers.findIndex(([name]) => name === button.dataset.layer);
    button.disabled = index < 0;
    button.onclick = () => showLayer(index);
  }

  const light = element<HTMLButtonElement>('light');
  light.disabled = !surface;
  const toggleLight = (): void => {
    if (!surface) return;
    const isLit = light.getAttribute('aria-pressed') !== 'true';
    press(light, isLit);
    surface.light(isLit);
    stage.draw();
  };
  light.onclick = toggleLight;
  for (const button of buttons('side')) button.onclick = () => stage.show(button.dataset.side as Side);
  listenToKeys(
    {
      rotate: (yaw, pitch) => stage.rotate(yaw, pitch),
      zoom: (factor) => stage.zoom(factor),
      show: (side) => stage.show(side),
      nextLayer: () => showLayer((current + 1) % layers.length),
      toggleLight,
      toggleMask,
    },
    document.querySelector('aside')!,
  );

  for (const [, group] of layers) stage.add(group);
  stage.look(layers[0][1]);
  showLayer(0);
}

function openStage(canvas: HTMLCanvasElement, onLens: (fov: number) => void): Stage {
  try {
    return new Stage(canvas, onLens);
  } catch (cause) {
    throw new Error(
      'This browser cannot draw in 3D here, because WebGL is missing or turned off. Turn on hardware acceleration in its ' +
        'settings, or open this page in another browser. The files beside this page open in other 3D programs, too.',
      { cause },
    );
  }
}

try {
  const data = readData();
  document.title = `${data.name} in 3D`;
  element('name').textContent = data.name;
  const toggleMask = showPictures(data);
  showObject(data, toggleMask).catch(({ message }: Error) => say(message));
} catch (error) {
  say((error as Error).message);
}
