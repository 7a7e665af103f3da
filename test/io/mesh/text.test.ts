import { describe, expect, it } from 'vitest';
import { shortest } from '../../../src/io/mesh/text.ts';

describe('a number in a text file', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-0.1, '-0.1'],
    [1 / 3, '0.33333334'],
    [1e-9, '1e-9'],
    [16777217, '16777216'],
  ])('%d is %s', (value, text) => expect(shortest(value)).toBe(text));

  it('is read back as the same float32', () => {
    for (let i = 1; i < 2000; i++) {
      const value = Math.fround(Math.sin(i) * 10 ** ((i % 13) - 6));
      expect(Math.fround(Number(shortest(value)))).toBe(value);
    }
  });
});
