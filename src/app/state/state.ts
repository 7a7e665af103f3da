/** Everything that the page knows. Actions change it, components show it. */
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ColoredPoints, Depth, FoundMask, MaskCandidate, WebMesh, WebObject } from '../../web.ts';
import { unionOf } from '../../pipeline/maskRuns.ts';
import { DEFAULT_OPTIONS, type Options } from './options.ts';
import type { Problem } from './problem.ts';
import { isMeaningful, NO_PROMPTS, type PromptHistory, type Prompts } from './prompts.ts';

/** The engine: starting, ready, or out of order. */
export type EngineState =
  | { readonly kind: 'starting'; readonly what: string; readonly share: number }
  | { readonly kind: 'ready'; readonly adapter: string; readonly weights: string }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** The photo as it is shown. Prompts are in its pixels. */
export interface ShownPhoto {
  readonly name: string;
  readonly file: Blob;
  /** Address of the file within this page. */
  readonly url: string;
  /** Size of the file, orientation applied. */
  readonly width: number;
  readonly height: number;
  /** Size that the engine works with: that of masks and depth. */
  readonly decoded: { readonly width: number; readonly height: number };
  /** Field of view in degrees, and whether EXIF says so. */
  readonly fov: number;
  readonly isFovKnown: boolean;
  readonly notices: readonly string[];
}

/** Whether prompts can be answered. Encoding is once for a photo. */
export type Encoding =
  { readonly kind: 'none' | 'done' } | { readonly kind: 'running'; readonly what: string; readonly share: number };

/** The candidates for some prompts. */
export interface Answer {
  readonly prompts: Prompts;
  readonly candidates: readonly MaskCandidate[];
  readonly chosen: number;
}

export interface Hover {
  readonly x: number;
  readonly y: number;
  readonly mask?: Uint8Array;
}

/** All masks of the photo, the smallest first, once they were looked for. */
export type AllMasks =
  | { readonly kind: 'none' }
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'found'; readonly masks: readonly FoundMask[] };

/** The masks at a place, the smallest first, and the one of them that is shown. */
export interface Picked {
  readonly here: readonly FoundMask[];
  readonly index: number;
  /** Its pixels. */
  readonly mask: Uint8Array;
}

/** One of several objects: its prompts, and the masks that they may mean. */
export interface ListedObject {
  readonly number: number;
  readonly history: PromptHistory;
  readonly answer: Answer | undefined;
}

/** An object with its mask. */
export interface MaskedObject {
  readonly number: number;
  readonly mask: Uint8Array;
}

export type Step = 'depth' | 'points' | 'sweep' | 'mesh';

/** A reconstruction that is under way. */
export interface Run {
  readonly step: Step;
  /** What is done right now, such as `load ZoeDepth`. */
  readonly what: string;
  readonly share: number;
  /** Seconds left of this step, once they can be told. */
  readonly left?: number;
  readonly isStopping: boolean;
  /** The number of the object that it is about, if there are several. */
  readonly object?: number;
  /** Whether only the mesh is made, for another threshold. */
  readonly isMeshAgain: boolean;
}

/** One of several objects that is made. */
export interface MadeObject {
  /** Its name in files. */
  readonly name: string;
  readonly mask: Uint8Array;
  readonly seen: ColoredPoints;
  readonly object: WebObject;
  readonly mesh?: WebMesh;
}

/**
 * What is known of the object. It grows from step to step, and stays when a run is stopped. Of several objects, it is the one that
 * is being made: one that is made moves to `made`.
 */
export interface Result {
  /** Number of objects that are wanted. */
  readonly of: number;
  /** Of several objects, those that are made. */
  readonly made: readonly MadeObject[];
  readonly mask: Uint8Array;
  readonly granularity: number;
  readonly depth?: Depth;
  readonly seen?: ColoredPoints;
  /** Distance between neighboring points of the object, in meters. */
  readonly spacing?: number;
  /** Batches of points, as the sweep found them. */
  readonly arrived: readonly ColoredPoints[];
  readonly object?: WebObject;
  readonly mesh?: WebMesh;
  /** Seconds of each step. */
  readonly seconds: Readonly<Partial<Record<Step, number>>>;
  /** Sentences for the person: what happened meanwhile. */
  readonly events: readonly string[];
  /** Sentences for the person: what is unsure of this object. */
  readonly notices: readonly string[];
}

export interface State {
  readonly engine: Signal<EngineState>;
  readonly photo: Signal<ShownPhoto | undefined>;
  readonly encoding: Signal<Encoding>;
  readonly history: Signal<PromptHistory>;
  readonly prompts: ReadonlySignal<Prompts>;
  /** The object that `history` and `answer` are about: its number, from 1. */
  readonly current: Signal<number>;
  /** The other objects, by number. */
  readonly others: Signal<readonly ListedObject[]>;
  /** All objects that have a mask, by number. */
  readonly masked: ReadonlySignal<readonly MaskedObject[]>;
  readonly hover: Signal<Hover | undefined>;
  readonly allMasks: Signal<AllMasks>;
  readonly picked: Signal<Picked | undefined>;
  readonly answer: Signal<Answer | undefined>;
  /** The mask of the chosen candidate. */
  readonly mask: ReadonlySignal<Uint8Array | undefined>;
  readonly options: Signal<Options>;
  readonly run: Signal<Run | undefined>;
  readonly result: Signal<Result | undefined>;
  /** Probability above which points are shown. */
  readonly threshold: Signal<number>;
  readonly problem: Signal<Problem | undefined>;
  /** A sentence for screen readers, when something has changed that is only seen. */
  readonly said: Signal<string>;
  /** Whether prompts can be answered: the engine is there, and has encoded the photo. */
  readonly canPoint: ReadonlySignal<boolean>;
  readonly canReconstruct: ReadonlySignal<boolean>;
}

export function createState(): State {
  const engine = signal<EngineState>({ kind: 'starting', what: 'Looking for the graphics device', share: 0 });
  const encoding = signal<Encoding>({ kind: 'none' });
  const canPoint = computed(() => engine.value.kind === 'ready' && encoding.value.kind === 'done');
  const history = signal(NO_PROMPTS);
  const answer = signal<Answer | undefined>(undefined);
  const run = signal<Run | undefined>(undefined);
  const prompts = computed(() => history.value.present);
  const mask = computed(() => maskOfAnswer(answer.value));
  const current = signal(1);
  const others = signal<readonly ListedObject[]>([]);
  const masked = computed(() =>
    [
      ...others.value.map(({ number, answer }) => ({ number, mask: maskOfAnswer(answer) })),
      { number: current.value, mask: mask.value },
    ]
      .flatMap(({ number, mask }) => (mask ? [{ number, mask }] : []))
      .sort((a, b) => a.number - b.number),
  );
  return {
    engine,
    photo: signal<ShownPhoto | undefined>(undefined),
    encoding,
    history,
    prompts,
    current,
    others,
    masked,
    hover: signal<Hover | undefined>(undefined),
    allMasks: signal<AllMasks>({ kind: 'none' }),
    picked: signal<Picked | undefined>(undefined),
    answer,
    mask,
    options: signal(DEFAULT_OPTIONS),
    run,
    result: signal<Result | undefined>(undefined),
    threshold: signal(0.5),
    problem: signal<Problem | undefined>(undefined),
    said: signal(''),
    canPoint,
    canReconstruct: computed(() => {
      const isAnswered = isMeaningful(prompts.value) && answer.value?.prompts === prompts.value && !!mask.value;
      // A further object need not have been pointed at yet.
      const isNew = prompts.value.length === 0 && masked.value.length > 0;
      return canPoint.value && !run.value && (isAnswered || isNew);
    }),
  };
}

/** The mask of the chosen candidate. */
function maskOfAnswer(known: Answer | undefined): Uint8Array | undefined {
  return known && known.prompts.length > 0 ? known.candidates[known.chosen]?.mask : undefined;
}

/** The mask of all objects of a result. */
export const maskOf = ({ mask, made }: Pick<Result, 'mask' | 'made'>): Uint8Array =>
  made.length > 0 ? unionOf(made.map((one) => one.mask)) : mask;
