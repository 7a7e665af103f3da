/** What keys do. Keys with Ctrl, Alt or Meta belong to the browser. */
import type { Side } from './stage.ts';

export interface KeyActions {
  /** Degrees: to the right around the object, and upwards. */
  rotate(yaw: number, pitch: number): void;
  /** A factor of the distance. */
  zoom(factor: number): void;
  show(side: Side): void;
  nextLayer(): void;
  toggleLight(): void;
  toggleMask(): void;
}

/** Degrees of a press on an arrow key. */
const ANGLE = 10;
/** Factor of the distance of a press on minus. */
const ZOOM = 1.15;

/** @param reader the part of the page in which arrow keys scroll, as elsewhere */
export function listenToKeys(actions: KeyActions, reader: Element): void {
  const moves: Record<string, () => void> = {
    // An arrow shows more of the side that it points at.
    ArrowLeft: () => actions.rotate(-ANGLE, 0),
    ArrowRight: () => actions.rotate(ANGLE, 0),
    ArrowUp: () => actions.rotate(0, ANGLE),
    ArrowDown: () => actions.rotate(0, -ANGLE),
  };
  const others: Record<string, () => void> = {
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
    m: () => actions.toggleMask(),
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const move = reader.contains(document.activeElement) ? undefined : moves[event.key];
    const action = move ?? others[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
