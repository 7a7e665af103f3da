/** The photo to point at, or to pick a mask of: by mouse, by touch, or by a crosshair that the arrow keys move. */
import { useRef, useState } from 'preact/hooks';
import type { PromptBox } from '../../web.ts';
import type { Prompt } from '../state/prompts.ts';
import type { ShownPhoto } from '../state/state.ts';
import { useApp } from './context.tsx';
import { MaskLayer } from './maskLayer.tsx';
import { colorOf } from './objectColors.ts';
import type { Tint } from './maskPicture.ts';
import type { Tool } from './promptTools.tsx';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Pixels of the screen after which a press becomes a box. */
const DRAG = 6;
/** Distance that the wheel scrolls, in pixels, for a step to the next mask: a trackpad sends many small ones. */
const WHEEL_STEP = 40;
/** Parts of the photo that the crosshair moves at a press, and with Shift. */
const STEP = 1 / 50;
const SMALL_STEP = 1 / 500;

const HOVERED: Tint = [255, 149, 0];

const boxOf = (a: Place, b: Place): PromptBox => [
  Math.min(a.x, b.x),
  Math.min(a.y, b.y),
  Math.max(a.x, b.x),
  Math.max(a.y, b.y),
];

const isArea = ([left, top, right, bottom]: PromptBox): boolean => right > left && bottom > top;

export function PhotoView({ photo, tool }: { photo: ShownPhoto; tool: Tool }) {
  const { pointing, picking, state } = useApp();
  const { mask, hover, picked, prompts, run, masked, current } = state;
  const isPicking = tool === 'pick';
  const hovered = isPicking ? picked.value?.mask : hover.value?.mask;
  const look = (place: Place | undefined): void => (isPicking ? picking : pointing).hover(place);
  const { width, height } = photo;
  const frame = useRef<HTMLDivElement>(null);
  /** Where the pointer went down, on the photo and on the screen. */
  const press = useRef<{ at: Place; screen: Place; isRemoving: boolean }>(undefined);
  /** How far the wheel was turned since the last step. */
  const turned = useRef(0);
  const [crosshair, setCrosshair] = useState<Place>();
  const [corner, setCorner] = useState<Place>();
  const [dragged, setDragged] = useState<PromptBox>();

  const placeOf = ({ clientX, clientY }: PointerEvent): Place => {
    const box = frame.current!.getBoundingClientRect();
    const inside = (value: number, size: number): number => Math.min(size - 0.5, Math.max(0.5, value));
    return {
      x: inside(((clientX - box.left) / box.width) * width, width),
      y: inside(((clientY - box.top) / box.height) * height, height),
    };
  };
  const isFar = (event: PointerEvent): boolean => {
    const { screen } = press.current!;
    return Math.hypot(event.clientX - screen.x, event.clientY - screen.y) > DRAG;
  };

  const onPointerDown = (event: PointerEvent): void => {
    if (run.value || event.button > 2 || event.button === 1) return;
    setCrosshair(undefined);
    press.current = {
      at: placeOf(event),
      screen: { x: event.clientX, y: event.clientY },
      isRemoving: event.altKey || event.button === 2 || tool === 'remove',
    };
    // A finger that scrolls the page must be free to do so.
    if (event.pointerType === 'mouse' || tool === 'box') frame.current!.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (press.current && isFar(event)) setDragged(boxOf(press.current.at, placeOf(event)));
    else if (!press.current && event.pointerType === 'mouse') look(placeOf(event));
  };
  const onPointerUp = (event: PointerEvent): void => {
    const pressed = press.current;
    if (!pressed) return;
    const box = boxOf(pressed.at, placeOf(event));
    if (isFar(event)) {
      if (isArea(box) && !isPicking) pointing.addBox(box);
    } else if (isPicking) {
      // A finger does not hover: a tap looks first, and a second one at the same masks takes what it shows.
      const isShown = event.pointerType === 'mouse' || isTapped(pressed.at);
      look(pressed.at);
      if (isShown) picking.take(event.shiftKey);
    } else if (tool !== 'box') {
      pointing.addPoint(pressed.at.x, pressed.at.y, pressed.isRemoving ? 0 : 1);
    }
    cancelPress();
  };
  const cancelPress = (): void => {
    press.current = undefined;
    setDragged(undefined);
  };

  /** Whether a tap there would show what is shown already. */
  const isTapped = (place: Place): boolean => {
    const before = picked.value;
    picking.hover(place);
    return before !== undefined && picked.value === before;
  };
  const onWheel = (event: WheelEvent): void => {
    if (!isPicking || !picked.value || event.ctrlKey) return;
    event.preventDefault();
    turned.current += event.deltaY;
    if (Math.abs(turned.current) < WHEEL_STEP) return;
    picking.step(turned.current < 0 ? 1 : -1);
    turned.current = 0;
  };

  const moveCrosshair = (x: number, y: number, isSmall: boolean): void => {
    const step = Math.max(width, height) * (isSmall ? SMALL_STEP : STEP);
    const from = crosshair ?? { x: width / 2, y: height / 2 };
    const inside = (value: number, size: number): number => Math.min(size - 0.5, Math.max(0.5, value));
    const to = { x: inside(from.x + x * step, width), y: inside(from.y + y * step, height) };
    setCrosshair(to);
    look(to);
  };
  const point = (label: 0 | 1, isAnother: boolean): void => {
    if (!crosshair) return moveCrosshair(0, 0, false);
    if (isPicking) return picking.take(isAnother);
    if (tool !== 'box') return pointing.addPoint(crosshair.x, crosshair.y, label);
    setBoxCorner();
  };
  const setBoxCorner = (): void => {
    if (!crosshair) return moveCrosshair(0, 0, false);
    if (!corner) return setCorner(crosshair);
    const box = boxOf(corner, crosshair);
    if (isArea(box)) pointing.addBox(box);
    setCorner(undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey) return;
    const keys: Record<string, () => void> = {
      ArrowLeft: () => moveCrosshair(-1, 0, event.shiftKey),
      ArrowRight: () => moveCrosshair(1, 0, event.shiftKey),
      ArrowUp: () => moveCrosshair(0, -1, event.shiftKey),
      ArrowDown: () => moveCrosshair(0, 1, event.shiftKey),
      Enter: () => point(event.altKey || tool === 'remove' ? 0 : 1, event.shiftKey),
      ' ': () => point(event.altKey || tool === 'remove' ? 0 : 1, event.shiftKey),
      b: setBoxCorner,
      Escape: () => {
        setCorner(undefined);
        setCrosshair(undefined);
        look(undefined);
      },
      ...(isPicking && {
        '+': () => picking.step(1),
        '-': () => picking.step(-1),
        b: () => undefined,
        // Without a crosshair, the mouse says where.
        ...(!crosshair && picked.value && { ArrowUp: () => picking.step(1), ArrowDown: () => picking.step(-1) }),
      }),
    };
    const action = keys[event.key];
    if (!action || run.value) return;
    event.preventDefault();
    action();
  };

  const box = dragged ?? (corner && crosshair && boxOf(corner, crosshair));
  return (
    <div
      ref={frame}
      class={`photo tool-${tool}`}
      style={{ '--aspect': width / height }}
      role="application"
      tabIndex={0}
      aria-label="Photo. Arrow keys move a crosshair, Enter marks the object, Alt and Enter what is not the object, B sets two corners of a box. Among all masks, Enter takes one, Shift and Enter one of another object, and plus and minus step to larger and smaller ones."
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={cancelPress}
      onPointerLeave={(event) => event.pointerType === 'mouse' && !(isPicking && crosshair) && look(undefined)}
      onWheel={onWheel}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={onKeyDown}
    >
      <img src={photo.url} alt={photo.name} draggable={false} />
      {masked.value
        .filter(({ number }) => number !== current.value)
        .map(({ number, mask: other }) => (
          <MaskLayer key={number} mask={other} size={photo.decoded} tint={colorOf(number)} />
        ))}
      <MaskLayer mask={hovered ?? mask.value} size={photo.decoded} tint={hovered ? HOVERED : colorOf(current.value)} />
      <svg class="layer" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {prompts.value.map((prompt, index) => (
          <Mark key={index} prompt={prompt} />
        ))}
        {box && <BoxMark box={box} />}
        {crosshair && <path class="crosshair" d={`M${crosshair.x} 0V${height}M0 ${crosshair.y}H${width}`} />}
      </svg>
    </div>
  );
}

function Mark({ prompt }: { prompt: Prompt }) {
  if (prompt.kind === 'mask') return null;
  if (prompt.kind === 'box') return <BoxMark box={prompt.box} />;
  // A line of no length with round ends is a dot of the same size in every photo.
  const dot = `M${prompt.x} ${prompt.y}h0`;
  return (
    <>
      <path class="dot-rim" d={dot} />
      <path class={prompt.label === 1 ? 'dot-on' : 'dot-off'} d={dot} />
    </>
  );
}

function BoxMark({ box: [left, top, right, bottom] }: { box: PromptBox }) {
  return <rect class="box" x={left} y={top} width={right - left} height={bottom - top} />;
}
