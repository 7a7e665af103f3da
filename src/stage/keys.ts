/** What keys do on a page with a stage. Keys with Ctrl, Alt or Meta belong to the browser. */
import type { Side } from './rig.ts';

export interface KeyActions {
  /** Degrees: to the right around the object, and upwards. */
  rotate(yaw: number, pitch: number): void;
  /** A factor of the distance. */
  zoom(factor: number): void;
  show(side: Side): void;
  nextLayer(): void;
  toggleLight(): void;
}

/** Degrees of a press on an arrow key. */
const ANGLE = 10;
/** Factor of the distance of a press on minus. */
const ZOOM = 1.15;

/** Elements to which all keys belong while they have the focus: one types there. */
const FIELDS = 'input:not([type=range], [type=checkbox], [type=radio]), select, textarea, [contenteditable]';

/**
 * Listens to the keys of the whole page.
 * @param others further keys in lower case, and what they do
 * @param reader the part of the page in which arrow keys scroll, as elsewhere
 * @param target gets the keys: the whole page, or an element that can have the focus
 * @returns a function that ends it
 */
export function listenToKeys(
  actions: KeyActions,
  others: Record<string, () => void>,
  reader?: Element | null,
  target: Document | HTMLElement = document,
): () => void {
  const moves: Record<string, () => void> = {
    // An arrow shows more of the side that it points at.
    ArrowLeft: () => actions.rotate(-ANGLE, 0),
    ArrowRight: () => actions.rotate(ANGLE, 0),
    ArrowUp: () => actions.rotate(0, ANGLE),
    ArrowDown: () => actions.rotate(0, -ANGLE),
  };
  const presses: Record<string, () => void> = {
    '+': () => actions.zoom(1 / ZOOM),
    '=': () => actions.zoom(1 / ZOOM),
    '-': () => actions.zoom(ZOOM),
    '1': () => actions.show('front'),
    '2': () => actions.show('right'),
    '3': () => actions.show('back'),
    '4': () => actions.show('left'),
    '5': () => actions.show('top'),
    p: () => actions.nextLayer(),
    l: () => actions.toggleLight(),
    ...others,
  };
  const onKey = (event: KeyboardEvent): void => {
    const focus = document.activeElement;
    if (event.ctrlKey || event.altKey || event.metaKey || focus?.matches(FIELDS)) return;
    // Arrow keys belong to sliders and choices.
    const isTaken = focus?.matches('input') || reader?.contains(focus);
    const move = isTaken ? undefined : moves[event.key];
    const action = move ?? presses[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  };
  const listener = onKey as EventListener;
  target.addEventListener('keydown', listener);
  return () => target.removeEventListener('keydown', listener);
}
