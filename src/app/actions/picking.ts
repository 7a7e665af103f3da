/** All masks of the photo, to pick the object's from: the smallest under the pointer first, then those around it. */
import { batch } from '@preact/signals';
import { maskOf, type FoundMask } from '../../web.ts';
import { TINY_SEARCH } from '../../pipeline/everything/defaults.ts';
import { contains } from '../../pipeline/maskRuns.ts';
import type { EngineSession } from '../engine.ts';
import { isAbort, problemOf } from '../state/problem.ts';
import type { State } from '../state/state.ts';
import { count } from '../words.ts';
import type { Objects } from './objects.ts';
import type { Pointing } from './pointing.ts';

export class Picking {
  private stop?: AbortController;

  constructor(
    private readonly state: State,
    private readonly session: () => EngineSession | undefined,
    private readonly pointing: Pick<Pointing, 'takeMask'>,
    private readonly objects: Pick<Objects, 'add' | 'canAdd'>,
  ) {}

  /** Finds all masks, once for a photo. @returns whether they are there */
  async search(): Promise<boolean> {
    const { allMasks, engine, problem, said, canPoint } = this.state;
    const session = this.session();
    if (allMasks.value.kind !== 'none' || !session || !canPoint.value) return allMasks.value.kind !== 'none';
    const stop = (this.stop = new AbortController());
    allMasks.value = { kind: 'running', share: 0 };
    const weights = engine.value.kind === 'ready' ? engine.value.weights : '';
    try {
      const found = await session.everything(/^tiny$|\btiny SAM$/.test(weights) ? TINY_SEARCH : {}, {
        signal: stop.signal,
        onNotice: (line) => (said.value = line),
        onProgress: ({ stage, done, total }) => {
          if (this.stop === stop && stage === 'masks') allMasks.value = { kind: 'running', share: done / total };
        },
      });
      if (this.stop !== stop) return false;
      allMasks.value = { kind: 'found', masks: found.toSorted((a, b) => a.area - b.area) };
      said.value = `${count(found.length)} masks were found.`;
      return true;
    } catch (error) {
      if (this.stop !== stop) return false;
      allMasks.value = { kind: 'none' };
      if (!isAbort(error)) problem.value = problemOf('The masks could not be found', error);
      return false;
    }
  }

  /** Stops the search. */
  cancel(): void {
    this.stop?.abort();
  }

  /** Forgets the masks: the photo or the networks are others now. */
  forget(): void {
    this.stop?.abort();
    this.stop = undefined;
    batch(() => {
      this.state.allMasks.value = { kind: 'none' };
      this.state.picked.value = undefined;
    });
  }

  /** The pointer is at a place of the photo; undefined: it has left. Shows the smallest mask there. */
  hover(place: { x: number; y: number } | undefined): void {
    const { allMasks, photo, picked } = this.state;
    if (!place || !photo.value || allMasks.value.kind !== 'found') {
      picked.value = undefined;
      return;
    }
    const { width, height, decoded } = photo.value;
    const x = Math.floor((place.x / width) * decoded.width);
    const y = Math.floor((place.y / height) * decoded.height);
    const here = allMasks.value.masks.filter(({ mask }) => contains(mask, x, y));
    // Within the same masks, the pointer may move without losing the one that was stepped to.
    const known = picked.value?.here;
    if (known?.length === here.length && known.every((mask, i) => mask === here[i])) return;
    this.show(here, 0);
  }

  /** Shows a larger mask at the same place (1), or a smaller one (-1). */
  step(by: 1 | -1): void {
    const { picked } = this.state;
    if (!picked.value) return;
    const { here, index } = picked.value;
    this.show(here, Math.min(here.length - 1, Math.max(0, index + by)));
  }

  /** The mask that is shown is the object's. @param isAnother whether it is of another object than the current one */
  take(isAnother = false): void {
    const { picked } = this.state;
    if (picked.value && isAnother && this.objects.canAdd) this.objects.add();
    if (picked.value) this.pointing.takeMask(picked.value.here[picked.value.index], picked.value.mask);
  }

  private show(here: readonly FoundMask[], index: number): void {
    const { picked, said } = this.state;
    if (here.length === 0) {
      picked.value = undefined;
      said.value = 'There is no mask here.';
      return;
    }
    picked.value = { here, index, mask: maskOf(here[index].mask) };
    said.value = `Mask ${index + 1} of ${here.length} here: ${count(here[index].area)} pixels.`;
  }
}
