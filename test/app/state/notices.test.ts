import { expect, it } from 'vitest';
import { noticesOf } from '../../../src/app/state/notices.ts';

const object = { xyz: new Float32Array(3) };
const sound = { parts: 1, dropped: 0, isHollow: true, leaks: false, touches: [] } as const;

it('says nothing of a sound object', () => {
  expect(noticesOf(object, { facts: sound })).toEqual([]);
});

it('says that there is nothing, or no mesh, and what to try', () => {
  expect(noticesOf({ xyz: new Float32Array() }, undefined)).toEqual([expect.stringMatching(/^Nothing .* Point at/)]);
  expect(noticesOf(object, undefined)).toEqual([expect.stringMatching(/no mesh.* finer grid/)]);
});

it('lists the sides at which the object leaves the space', () => {
  const touches = [
    { axis: 'x', end: 'low' },
    { axis: 'y', end: 'high' },
    { axis: 'z', end: 'high' },
  ] as const;
  expect(noticesOf(object, { facts: { ...sound, touches } })).toEqual([
    'The object reaches the left, bottom, and back of the space that was searched.',
  ]);
});

it('tells of a gap and of thin things', () => {
  expect(noticesOf(object, { facts: { ...sound, leaks: true } })).toEqual([expect.stringContaining('gap')]);
  expect(noticesOf(object, { facts: { ...sound, isHollow: false } })).toEqual([expect.stringContaining('thin')]);
});
