/** The object in 3D: seen points, the points that arrive, the mesh; to turn, and to compare with the photo. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ObjectStage, listenToKeys, type Layer, type Side } from '../../stage/index.ts';
import type { Result, ShownPhoto } from '../state/state.ts';
import { useApp } from './context.tsx';
import { useStage } from './useStage.ts';

const LAYERS: readonly [Layer, string][] = [
  ['mesh', 'Mesh'],
  ['points', 'Points'],
  ['seen', 'Seen points'],
];

const SIDES: readonly [Side, string][] = [
  ['front', 'Front'],
  ['right', 'Right'],
  ['back', 'Back'],
  ['left', 'Left'],
  ['top', 'Top'],
];

interface Props {
  readonly photo: ShownPhoto;
  readonly result: Result;
  readonly isHidden: boolean;
}

export function ObjectView({ photo, result, isHidden }: Props) {
  const { state } = useApp();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [stage, setStage] = useState<ObjectStage>();
  const [problem, setProblem] = useState('');
  const [chosen, setChosen] = useState<Layer>();
  const [isLit, setLit] = useState(false);
  /** Share of the photo that is covered by the object, while looking through the photo's camera. */
  const [compared, setCompared] = useState<number>();

  useEffect(() => {
    try {
      const made = new ObjectStage(canvas.current!, {
        onLost: () =>
          setProblem(
            'The browser has taken the drawing away. It comes back by itself, or when the page is loaded again.',
          ),
        onRestored: () => setProblem(''),
        onLeavePhoto: () => setCompared(undefined),
      });
      setStage(made);
      return () => made.dispose();
    } catch (error) {
      setProblem((error as Error).message);
    }
  }, []);
  const isRunning = !!state.run.value;
  const { made } = result;
  useStage(stage, result, state.threshold.value, isRunning);

  const has: Record<Layer, boolean> = {
    mesh: !!result.mesh || (!isRunning && made.some(({ mesh }) => mesh)),
    points: !!result.object || result.arrived.length > 0 || made.length > 0,
    seen: !!result.seen || made.length > 0,
  };
  const layer = chosen && has[chosen] ? chosen : LAYERS.map(([name]) => name).find((name) => has[name])!;
  useEffect(() => {
    // While points arrive, the seen ones stand among them.
    if (layer === 'points' && !result.object && (made.length === 0 || isRunning)) stage?.layer('points', 'seen');
    else stage?.layer(layer);
  }, [stage, layer, result.object, made, isRunning]);

  const through = (): void => {
    stage?.photoCamera(result.depth!.camera, photo.decoded.width, photo.decoded.height);
    setCompared(0.5);
  };
  const light = (): void => {
    stage?.light(!isLit);
    setLit(!isLit);
  };
  const nextLayer = (): void => {
    const there = LAYERS.map(([name]) => name).filter((name) => has[name]);
    setChosen(there[(there.indexOf(layer) + 1) % there.length]);
  };
  const keys = useRef({ nextLayer, toggleLight: light });
  keys.current = { nextLayer, toggleLight: light };
  useEffect(() => {
    if (!stage) return;
    const actions = {
      rotate: (yaw: number, pitch: number) => stage.rotate(yaw, pitch),
      zoom: (factor: number) => stage.zoom(factor),
      show: (side: Side) => stage.show(side),
      nextLayer: () => keys.current.nextLayer(),
      toggleLight: () => keys.current.toggleLight(),
    };
    return listenToKeys(actions, {}, undefined, canvas.current!);
  }, [stage]);
  return (
    <div hidden={isHidden} class="object-view">
      <div
        class={compared === undefined ? 'scene' : 'scene through-photo'}
        style={{ '--aspect': photo.width / photo.height }}
      >
        {compared !== undefined && <img src={photo.url} alt={photo.name} />}
        <canvas
          ref={canvas}
          tabIndex={0}
          role="application"
          aria-label="The object in 3D. Arrow keys turn it, plus and minus zoom, 1 to 5 show a side."
          style={compared === undefined ? undefined : { clipPath: `inset(0 0 0 ${100 * (1 - compared)}%)` }}
        />
        {problem && (
          <p class="empty" role="alert">
            {problem}
          </p>
        )}
      </div>
      {compared !== undefined && (
        <label class="slider">
          Compare
          <input
            type="range"
            min={0}
            max={1}
            step={0.01}
            value={compared}
            aria-valuetext={`${Math.round(100 * compared)} % object`}
            onInput={(event) => setCompared(event.currentTarget.valueAsNumber)}
          />
        </label>
      )}
      <div class="row">
        <div class="group" role="group" aria-label="Layer">
          {LAYERS.map(([name, title]) => (
            <button
              key={name}
              type="button"
              disabled={!has[name]}
              aria-pressed={layer === name}
              onClick={() => setChosen(name)}
            >
              {title}
            </button>
          ))}
        </div>
        <button type="button" aria-pressed={isLit} disabled={!has.mesh} onClick={light}>
          Light
        </button>
      </div>
      <div class="row">
        <div class="group" role="group" aria-label="Side">
          {SIDES.map(([side, title]) => (
            <button key={side} type="button" onClick={() => stage?.show(side)}>
              {title}
            </button>
          ))}
        </div>
        <button type="button" aria-pressed={compared !== undefined} disabled={!result.depth} onClick={through}>
          Photo’s camera
        </button>
      </div>
    </div>
  );
}
