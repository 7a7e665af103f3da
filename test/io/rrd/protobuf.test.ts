import { expect, it } from 'vitest';
import { bytes, fixed64, integer, message, text } from '../../../src/io/rrd/protobuf.ts';

it('writes the examples of the format’s specification', () => {
  expect([...integer(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  expect([...text(2, 'testing')]).toEqual([0x12, 0x07, ...new TextEncoder().encode('testing')]);
  expect([...bytes(3, message(integer(1, 150)))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
});

it('writes numbers of all sizes, fields with high numbers, and leaves absent fields out', () => {
  expect([...integer(1, 0)]).toEqual([0x08, 0]);
  expect([...integer(16, 127)]).toEqual([0x80, 0x01, 0x7f]);
  expect([...integer(1, 2 ** 35)]).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
  expect([...fixed64(1, 0x0102030405060708n)]).toEqual([0x09, 8, 7, 6, 5, 4, 3, 2, 1]);
  expect([...message(undefined, integer(1, 1), undefined)]).toEqual([0x08, 1]);
});
