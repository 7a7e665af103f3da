/** Several objects of one photo: a list, of which one is pointed at. */
import { batch } from '@preact/signals';
import { NO_PROMPTS } from '../state/prompts.ts';
import type { ListedObject, State } from '../state/state.ts';

export class Objects {
  constructor(
    private readonly state: State,
    /** Called when another object is pointed at. */
    private readonly onChange: () => void,
  ) {}

  /** Whether another object can be added: the current one has a mask. */
  get canAdd(): boolean {
    return !this.state.run.value && this.state.mask.value !== undefined;
  }

  /** From now on, another object is pointed at. */
  add(): void {
    if (!this.canAdd) return;
    const { others, current } = this.state;
    const number = Math.max(current.value, ...others.value.map((other) => other.number)) + 1;
    this.show({ number, history: NO_PROMPTS, answer: undefined }, [...others.value, this.currentOne()]);
    this.state.said.value = `Object ${number}: point at it.`;
  }

  /** Points at an object of the list again. */
  select(number: number): void {
    const { others, run, said } = this.state;
    const chosen = others.value.find((other) => other.number === number);
    if (!chosen || run.value) return;
    const rest = others.value.filter((other) => other !== chosen);
    // An object that nobody has pointed at is none.
    this.show(chosen, this.state.prompts.value.length > 0 ? [...rest, this.currentOne()] : rest);
    said.value = `Object ${number} is chosen.`;
  }

  /** Takes an object off the list. */
  remove(number: number): void {
    const { others, current, run, said } = this.state;
    if (run.value) return;
    if (number !== current.value) {
      others.value = others.value.filter((other) => other.number !== number);
    } else {
      const last = others.value.at(-1);
      this.show(last ?? { number: 1, history: NO_PROMPTS, answer: undefined }, others.value.slice(0, -1));
    }
    said.value = `Object ${number} is deleted.`;
  }

  private currentOne(): ListedObject {
    const { current, history, answer } = this.state;
    return { number: current.value, history: history.value, answer: answer.value };
  }

  private show({ number, history, answer }: ListedObject, others: readonly ListedObject[]): void {
    const { state } = this;
    batch(() => {
      state.others.value = others.toSorted((a, b) => a.number - b.number);
      state.current.value = number;
      state.history.value = history;
      state.answer.value = answer;
      state.hover.value = undefined;
    });
    this.onChange();
  }
}
