/** The page beside a result: the object to turn, the photo with its mask, and the depth. */
import type { PageData, PagePoints } from '../io/viewPage.ts';
import { listenToKeys } from '../stage/keys.ts';
import { ObjectStage, type Layer } from '../stage/objectStage.ts';
import type { Side } from '../stage/rig.ts';
import { readData, readPoints, readSurface, spacingOf } from './data.ts';

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

/** @param size in meters */
const sizeOf = (size: readonly number[]): string =>
  `${size.map((meters) => Number(meters.toPrecision(2))).join(' × ')} m`;

/** The object on its stage, with buttons and keys. */
async function showObject(data: PageData, toggleMask: () => void): Promise<void> {
  const stage = openStage(element<HTMLCanvasElement>('canvas'));
  const surface = data.mesh === undefined ? undefined : await readSurface(data.mesh);
  // What comes first decides what is in view.
  if (surface) stage.mesh(surface);
  if (data.object.count > 0) stage.addPoints(readPoints(data.object), spacingOf(data.object));
  if (data.seen.count > 0) stage.seen(readPoints(data.seen));
  const layers = (['mesh', 'points', 'seen'] as const).filter((name) => stage.size(name));
  if (layers.length === 0) throw new Error('This result holds no surface and no points.');
  showFacts({
    ...(data.objects && { Objects: data.objects.join(', ') }),
    'Size, about': sizeOf(stage.size(layers[0])!),
    ...(surface && { Triangles: number(surface.numTriangles) }),
    Points: countOf(data.object),
    'Seen points': countOf(data.seen),
  });

  let current = 0;
  const showLayer = (index: number): void => {
    current = index;
    stage.layer(layers[index]);
    for (const button of buttons('layer')) press(button, button.dataset.layer === layers[index]);
  };
  for (const button of buttons('layer')) {
    const index = layers.indexOf(button.dataset.layer as Layer);
    button.disabled = index < 0;
    button.onclick = () => showLayer(index);
  }

  const light = element<HTMLButtonElement>('light');
  light.disabled = !surface;
  const toggleLight = (): void => {
    if (!surface) return;
    const isLit = light.getAttribute('aria-pressed') !== 'true';
    press(light, isLit);
    stage.light(isLit);
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
    },
    { m: toggleMask },
    document.querySelector('aside'),
  );
  showLayer(0);
}

function openStage(canvas: HTMLCanvasElement): ObjectStage {
  try {
    return new ObjectStage(canvas);
  } catch (error) {
    const cause = error as Error;
    throw new Error(`${cause.message} The files beside this page open in other 3D programs, too.`, { cause });
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
