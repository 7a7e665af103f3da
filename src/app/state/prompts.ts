/** What the person has pointed at: points on the object and off it, a box, or one of all masks; with undo and redo. */
import type { FoundMask, PromptBox, PromptOptions } from '../../web.ts';

/** In pixels of the photo's file. */
export type Prompt =
  | { readonly kind: 'point'; readonly x: number; readonly y: number; readonly label: 0 | 1 }
  | { readonly kind: 'box'; readonly box: PromptBox }
  /** `pixels` are those of the mask, [height, width] of the decoded photo. */
  | { readonly kind: 'mask'; readonly found: FoundMask; readonly pixels: Uint8Array };

export type Prompts = readonly Prompt[];

/** The prompts, and those of before and after. */
export interface PromptHistory {
  readonly past: readonly Prompts[];
  readonly present: Prompts;
  readonly future: readonly Prompts[];
}

export const NO_PROMPTS: PromptHistory = { past: [], present: [], future: [] };

const change = ({ past, present }: PromptHistory, next: Prompts): PromptHistory => ({
  past: [...past, present],
  present: next,
  future: [],
});

/** Adds a prompt. There is one box at most: a new one takes its place. A mask takes the place of everything. */
export function add(history: PromptHistory, prompt: Prompt): PromptHistory {
  if (prompt.kind === 'mask') return change(history, [prompt]);
  const others = prompt.kind === 'box' ? history.present.filter(({ kind }) => kind !== 'box') : history.present;
  return change(history, [...others, prompt]);
}

export function remove(history: PromptHistory, prompt: Prompt): PromptHistory {
  return change(
    history,
    history.present.filter((other) => other !== prompt),
  );
}

export function clear(history: PromptHistory): PromptHistory {
  return history.present.length === 0 ? history : change(history, []);
}

export function undo({ past, present, future }: PromptHistory): PromptHistory {
  const before = past.at(-1);
  return before
    ? { past: past.slice(0, -1), present: before, future: [present, ...future] }
    : { past, present, future };
}

export function redo({ past, present, future }: PromptHistory): PromptHistory {
  const [next, ...rest] = future;
  return next ? { past: [...past, present], present: next, future: rest } : { past, present, future };
}

/** The prompts as the engine takes them. */
export function optionsOf(prompts: Prompts): PromptOptions {
  const points = prompts.flatMap((prompt) => (prompt.kind === 'point' ? [prompt] : []));
  const box = prompts.flatMap((prompt) => (prompt.kind === 'box' ? [prompt.box] : [])).at(0);
  const mask = prompts.find((prompt) => prompt.kind === 'mask');
  return {
    ...(points.length > 0 && { points: points.map(({ x, y, label }) => ({ x, y, label })) }),
    ...(box && { box }),
    ...(mask && { roughMask: mask.pixels }),
  };
}

/** Whether they say what is meant: points off the object alone say nothing. */
export const isMeaningful = (prompts: Prompts): boolean =>
  prompts.some((prompt) => prompt.kind !== 'point' || prompt.label === 1);
