import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../src/graph/key.ts';
import { sha256 } from '../../src/graph/sha256.ts';

describe('keyOf', () => {
  it('equal data have equal keys', () => {
    expect(keyOf({ a: 1, b: { c: [2, 'x'], d: true } })).toBe(keyOf({ b: { d: true, c: [2, 'x'] }, a: 1 }));
    expect(keyOf(NaN)).toBe(keyOf(0 / 0));
    expect(keyOf({ a: 1, b: undefined })).toBe(keyOf({ a: 1 }));
    expect(keyOf(Object.assign(Object.create(null), { a: 1 }))).toBe(keyOf({ a: 1 }));
    const long = Float32Array.from({ length: 100 }, (_, i) => i);
    expect(keyOf({ axes: long })).toBe(keyOf({ axes: new Float32Array([...long, 7]).subarray(0, 100) }));
  });

  const zeros = (length: number) => new Float32Array(length);
  const changed = (length: number, at: number) => zeros(length).fill(2 ** -149, at, at + 1);
  it.each<[string, unknown, unknown]>([
    ['0 and -0', 0, -0],
    ['0 and -0 in records', { a: 0 }, { a: -0 }],
    ['0 and -0 in typed arrays', zeros(1), Float32Array.of(-0)],
    ['NaN and null', NaN, null],
    ['NaN and its name', NaN, 'NaN'],
    ['infinities', Infinity, -Infinity],
    ['numbers one ulp apart', 0.1 + 0.2, 0.3],
    ['a number and its text', 1, '1'],
    ['a boolean and its text', true, 'true'],
    ['null and undefined', null, undefined],
    ['names of fields', { a: 1 }, { b: 1 }],
    ['a name that looks like two fields', { 'a":1,"b': 1 }, { a: 1, b: 1 }],
    ['a text that looks like two items', ['a","b'], ['a', 'b']],
    ['orders of a list', [1, 2], [2, 1]],
    ['nesting', [[1], 2], [1, [2]]],
    ['lists and records', [1], { 0: 1 }],
    ['lists and typed arrays', [1], Float32Array.of(1)],
    ['a hole and nothing', [undefined], []],
    ['types of arrays', Float32Array.of(0), Uint32Array.of(0)],
    ['lengths of arrays', zeros(3), zeros(4)],
    ['nested arrays', { box: { axes: zeros(4) } }, { box: { axes: changed(4, 2) } }],
    ['one bit of a long array', [zeros(1000)], [changed(1000, 999)]],
    ['a bit elsewhere in a long array', changed(1000, 0), changed(1000, 1)],
  ])('tells apart: %s', (_, a, b) => expect(keyOf(a)).not.toBe(keyOf(b)));

  it('stays short however long the data are', () => expect(keyOf(zeros(100_000)).length).toBeLessThan(120));

  it('refuses what a key cannot hold, and says where it is', () => {
    expect(() => keyOf({ config: { sizes: [1, () => 2] } })).toThrow(/value\.config\.sizes\[1\] is a function/);
    expect(() => keyOf({ seen: new Map() })).toThrow(/value\.seen is a Map\. A key is made from plain data/);
    expect(() => keyOf([1n])).toThrow(TypeError);
    expect(() => keyOf(new DataView(new ArrayBuffer(1)))).toThrow(/a DataView/);
  });
});

describe('sha256', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 100_003])('of %i bytes is that of Node', (length) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + (i >> 8)) & 255);
    expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('reads a part of a larger buffer', () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
    expect(sha256(bytes.subarray(3, 90))).toBe(sha256(bytes.slice(3, 90)));
  });
});
