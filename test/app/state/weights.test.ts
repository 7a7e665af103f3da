import { expect, it } from 'vitest';
import {
  choiceFrom,
  choiceText,
  engineWeights,
  isSame,
  secondsLeft,
  TINY,
  titleIn,
} from '../../../src/app/state/weights.ts';

it('gives the engine the chosen files, and tiny ones for the rest', () => {
  expect(engineWeights(TINY)).toBe('tiny');
  expect(engineWeights({ complete: 'mcc.safetensors' })).toEqual(['stored:mcc.safetensors', 'tiny']);
  const all = { segment: 'a.safetensors', depth: 'b.safetensors', complete: 'c.safetensors' };
  expect(engineWeights(all)).toEqual(['stored:a.safetensors', 'stored:b.safetensors', 'stored:c.safetensors']);
});

it('remembers a choice as text, and ignores other texts', () => {
  const choice = { depth: 'b.safetensors' };
  expect(choiceFrom(choiceText(choice))).toEqual(choice);
  for (const text of [undefined, null, '', 'no JSON', 'null', '[]', '7', '{"depth":7}', choiceText(TINY)])
    expect(choiceFrom(text)).toBeUndefined();
});

it('compares choices', () => {
  expect(isSame({ depth: 'a' }, { depth: 'a' })).toBe(true);
  expect(isSame({ depth: 'a' }, {})).toBe(false);
  expect(isSame({}, { segment: 'a' })).toBe(false);
});

it('names networks by their titles', () => {
  const stored = [{ name: 'a.safetensors', bytes: 1, title: 'SAM ViT-B' }];
  expect(titleIn(stored, 'a.safetensors')).toBe('SAM ViT-B');
  expect(titleIn(undefined, 'a.safetensors')).toBe('a.safetensors');
  expect(titleIn(stored, undefined)).toBe('tiny');
});

it('tells the seconds left from the pace so far, once there is one', () => {
  const first = { done: 100, at: 1000 };
  expect(secondsLeft(first, { done: 200, at: 3000 }, 500)).toBe(6);
  expect(secondsLeft(first, { done: 200, at: 1100 }, 500)).toBeUndefined();
  expect(secondsLeft(first, first, 500)).toBeUndefined();
  expect(secondsLeft(first, { done: 200, at: 3000 }, 0)).toBeUndefined();
});
