import { expect, it } from 'vitest';
import { bytes, count, meters, percent, seconds } from '../../src/app/words.ts';

it('says lengths with two or three digits, small ones in centimeters', () => {
  expect([0.004, 0.1234, 0.994, 0.996, 1.2345, 12.345].map(meters)).toEqual([
    ...['0.4 cm', '12 cm', '99 cm', '0.996 m', '1.23 m', '12.3 m'],
  ]);
});

it('says times in seconds, from a minute on in minutes, and never zero', () => {
  expect([0.1, 8.4, 59.4, 59.6, 125].map(seconds)).toEqual(['1 s', '8 s', '59 s', '1 min 0 s', '2 min 5 s']);
});

it('says sizes in the unit that fits', () => {
  expect([0, 999, 1000, 12_345_678, 1.4e9, 5e12].map(bytes)).toEqual([
    ...['0 B', '999 B', '1.0 kB', '12 MB', '1.4 GB', '5000 GB'],
  ]);
});

it('groups digits, and rounds shares', () => {
  expect(count(1_234_567)).toBe('1,234,567');
  expect([0, 0.126, 1].map(percent)).toEqual(['0 %', '13 %', '100 %']);
});
