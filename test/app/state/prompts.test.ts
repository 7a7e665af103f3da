import { expect, it } from 'vitest';
import { add, clear, isMeaningful, NO_PROMPTS, optionsOf, redo, remove, undo } from '../../../src/app/state/prompts.ts';
import type { Prompt } from '../../../src/app/state/prompts.ts';

const on: Prompt = { kind: 'point', x: 1, y: 2, label: 1 };
const off: Prompt = { kind: 'point', x: 3, y: 4, label: 0 };
const box: Prompt = { kind: 'box', box: [1, 2, 3, 4] };
const otherBox: Prompt = { kind: 'box', box: [5, 6, 7, 8] };

const after = (...prompts: Prompt[]) => prompts.reduce(add, NO_PROMPTS);

it('undoes and redoes one change at a time', () => {
  const two = after(on, off);
  expect(undo(two).present).toEqual([on]);
  expect(undo(undo(two)).present).toEqual([]);
  expect(redo(undo(two))).toEqual(two);
  expect(redo(redo(undo(undo(two))))).toEqual(two);
});

it('does nothing at the ends', () => {
  expect(undo(NO_PROMPTS)).toEqual(NO_PROMPTS);
  expect(redo(after(on))).toEqual(after(on));
  expect(clear(NO_PROMPTS)).toBe(NO_PROMPTS);
});

it('forgets what was undone once there is another change', () => {
  expect(redo(add(undo(after(on, off)), box)).present).toEqual([on, box]);
});

it('has one box: a new one takes its place, and undo brings the old one back', () => {
  const moved = after(box, on, otherBox);
  expect(moved.present).toEqual([on, otherBox]);
  expect(undo(moved).present).toEqual([box, on]);
});

it('takes away one of two equal prompts', () => {
  const twin = { ...on };
  expect(remove(after(on, twin), on).present).toEqual([twin]);
  expect(undo(remove(after(on, twin), on)).present).toEqual([on, twin]);
});

it('clears, which can be undone', () => {
  expect(clear(after(on, box)).present).toEqual([]);
  expect(undo(clear(after(on, box))).present).toEqual([on, box]);
});

it('gives the engine points and box without the rest', () => {
  expect(optionsOf([on, box, off])).toEqual({
    points: [
      { x: 1, y: 2, label: 1 },
      { x: 3, y: 4, label: 0 },
    ],
    box: [1, 2, 3, 4],
  });
  expect(optionsOf([box])).toEqual({ box: [1, 2, 3, 4] });
  expect(optionsOf([])).toEqual({});
});

it('knows that points off the object alone say nothing', () => {
  expect([[], [off], [off, on], [box, off]].map(isMeaningful)).toEqual([false, false, true, true]);
});
