/**
 * From prompts to masks. One question is under way at most. When its answer is there, the next one is what the person wants then:
 * places that the pointer has passed meanwhile are never asked.
 */
import { batch } from '@preact/signals';
import type { FoundMask, PromptBox } from '../../web.ts';
import type { EngineSession } from '../engine.ts';
import { isAbort, problemOf } from '../state/problem.ts';
import * as history from '../state/prompts.ts';
import { optionsOf, type Prompt, type Prompts } from '../state/prompts.ts';
import type { State } from '../state/state.ts';

export class Pointing {
  private isBusy = false;

  constructor(
    private readonly state: State,
    /** The photo's session; undefined without a photo. */
    private readonly session: () => EngineSession | undefined,
  ) {}

  addPoint(x: number, y: number, label: 0 | 1): void {
    this.edit((past) => history.add(past, { kind: 'point', x, y, label }));
  }

  addBox(box: PromptBox): void {
    this.edit((past) => history.add(past, { kind: 'box', box }));
  }

  /** One of all masks is the object's, in place of all prompts. @param pixels of the mask */
  takeMask(found: FoundMask, pixels: Uint8Array): void {
    this.edit((past) => history.add(past, { kind: 'mask', found, pixels }));
  }

  remove(prompt: Prompt): void {
    this.edit((past) => history.remove(past, prompt));
  }

  undo(): void {
    this.edit(history.undo);
  }

  redo(): void {
    this.edit(history.redo);
  }

  clear(): void {
    this.edit(history.clear);
  }

  /** Another one of the candidates is meant. */
  choose(index: number): void {
    const { answer, said } = this.state;
    if (!answer.value) return;
    answer.value = { ...answer.value, chosen: index };
    said.value = `Mask ${index + 1} of ${answer.value.candidates.length} is chosen.`;
  }

  /** The pointer is at a place of the photo; undefined: it has left. Shows what a click there would mean. */
  hover(place: { x: number; y: number } | undefined): void {
    const { hover, prompts } = this.state;
    if (!place || prompts.value.length > 0) hover.value = undefined;
    else hover.value = { ...place, mask: hover.value?.mask };
    void this.settle();
  }

  /** Asks until what is shown is what is wanted. Called when a photo is ready, too. */
  async settle(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let ask = this.next(); ask; ask = this.next()) await ask();
    } finally {
      this.isBusy = false;
    }
  }

  private edit(change: (past: history.PromptHistory) => history.PromptHistory): void {
    if (this.state.run.value) return;
    batch(() => {
      this.state.history.value = change(this.state.history.value);
      this.state.hover.value = undefined;
    });
    void this.settle();
  }

  /** What is to be asked now, if anything. */
  private next(): (() => Promise<void>) | undefined {
    const { canPoint, run, prompts, answer, hover } = this.state;
    const session = this.session();
    if (!session || !canPoint.value || run.value) return undefined;
    const wanted = prompts.value;
    if (answer.value?.prompts !== wanted) return () => this.answer(session, wanted);
    const place = hover.value;
    const isShown = place?.mask && place.x === this.hovered?.x && place.y === this.hovered.y;
    if (!place || isShown) return undefined;
    return () => this.preview(session, place);
  }

  private async answer(session: EngineSession, prompts: Prompts): Promise<void> {
    const { answer, problem, said } = this.state;
    if (!history.isMeaningful(prompts)) {
      answer.value = { prompts, candidates: [], chosen: 0 };
      return;
    }
    const [only] = prompts;
    if (prompts.length === 1 && only.kind === 'mask') {
      const { quality, stability } = only.found;
      // A mask that was picked is the answer. Points that follow refine its pixels, so there are no logits to keep.
      const candidate = { mask: only.pixels, quality, stability, lowRes: new Float32Array() };
      answer.value = { prompts, candidates: [candidate], chosen: 0 };
      said.value = 'The mask is taken.';
      return;
    }
    try {
      const { candidates, chosen } = await session.segment(optionsOf(prompts), {
        onNotice: (line) => (said.value = line),
      });
      if (this.session() !== session) return;
      answer.value = { prompts, candidates, chosen };
      problem.value = undefined;
      said.value =
        candidates.length > 1 ? `There are ${candidates.length} masks to choose from.` : 'The mask is there.';
    } catch (error) {
      if (this.session() !== session) return;
      answer.value = { prompts, candidates: [], chosen: 0 };
      if (!isAbort(error)) problem.value = problemOf('No mask was found', error);
    }
  }

  /** The place that was asked last. */
  private hovered?: { x: number; y: number };

  private async preview(session: EngineSession, place: { x: number; y: number }): Promise<void> {
    const { hover, problem } = this.state;
    this.hovered = { x: place.x, y: place.y };
    try {
      const { candidates, chosen } = await session.segment({ points: [{ x: place.x, y: place.y, label: 1 }] });
      if (this.session() !== session || !hover.value) return;
      hover.value = { ...hover.value, mask: candidates[chosen].mask };
    } catch (error) {
      if (this.session() !== session) return;
      // Nothing is asked for this place again until the pointer moves.
      hover.value = undefined;
      if (!isAbort(error)) problem.value = problemOf('No mask was found', error);
    }
  }
}
