import type { BufferAttribute, BufferGeometry, Points, PointsMaterial } from 'three';
import { expect, it } from 'vitest';
import { boxAround, sphereAround } from '../../src/stage/bounds.ts';
import { Cloud, meanSpacing } from '../../src/stage/cloud.ts';

/** Points on a line that begins at (first, 2, 3), in meters in the camera's frame. */
const line = (first: number, count: number) => ({
  xyz: Float32Array.from({ length: 3 * count }, (_, k) => [first + Math.floor(k / 3), 2, 3][k % 3]),
  rgb: new Uint8Array(3 * count).fill(255),
});

const drawnOf = (cloud: Cloud) => cloud.group.children[0] as Points<BufferGeometry, PointsMaterial>;
const positionsOf = (cloud: Cloud) => drawnOf(cloud).geometry.getAttribute('position') as BufferAttribute;

it('grows by batches, and sends a device the new points alone', () => {
  const cloud = new Cloud();
  cloud.add(line(0, 10), 0.1);
  const first = positionsOf(cloud);
  cloud.add(line(10, 5), 0.1);
  const second = positionsOf(cloud);
  expect(second).not.toBe(first);
  second.clearUpdateRanges();
  cloud.add(line(15, 2), 0.1);
  cloud.add(line(17, 1), 0.1);
  expect(positionsOf(cloud)).toBe(second);
  expect(second.updateRanges).toEqual([
    { start: 45, count: 6 },
    { start: 51, count: 3 },
  ]);
  expect(cloud.count).toBe(18);
  expect(drawnOf(cloud).geometry.drawRange).toEqual({ start: 0, count: 18 });
  expect([...second.array.subarray(0, 54)]).toEqual([...line(0, 18).xyz]);
});

it('makes room for twice as many points, so that many batches cost few copies', () => {
  const cloud = new Cloud();
  const buffers = new Set<unknown>();
  for (let i = 0; i < 1000; i++) {
    cloud.add(line(i, 1), 0.1);
    buffers.add(positionsOf(cloud).array);
  }
  expect(buffers.size).toBe(11);
});

it('is measured in the axes of glTF, and as far as it is shown', () => {
  const cloud = new Cloud();
  cloud.add(line(0, 11), 0.1);
  cloud.add(line(11, 1), 0.1);
  expect(
    boxAround(cloud.group)
      .min.toArray()
      .map((v) => Math.round(v * 1e6) / 1e6),
  ).toEqual([0, -2, -3]);
  cloud.show(11);
  const { center, radius } = sphereAround(cloud.group);
  expect(radius).toBeCloseTo(5, 5);
  expect(center.x).toBeCloseTo(5, 5);
  expect(center.y).toBeCloseTo(-2, 5);
  expect(center.z).toBeCloseTo(-3, 5);
  expect(sphereAround(new Cloud().group).isEmpty()).toBe(true);
});

it('keeps the size of its points under every lens', () => {
  const cloud = new Cloud();
  cloud.add(line(0, 2), 0.1);
  cloud.lens(0.5);
  const size = drawnOf(cloud).material.size;
  cloud.lens(0.25);
  expect(drawnOf(cloud).material.size).toBeCloseTo(2 * size, 9);
});

it('guesses a distance between neighbors', () => {
  expect(meanSpacing({ xyz: Float32Array.of(0, 0, 0, 3, 4, 0, 1, 1, 0, 2, 2, 0), rgb: new Uint8Array(12) })).toBe(2.5);
  expect(meanSpacing({ xyz: new Float32Array(0), rgb: new Uint8Array(0) })).toBe(0);
});

it('refuses points whose colors are missing', () => {
  expect(() => new Cloud().add({ ...line(0, 2), rgb: new Uint8Array(3) }, 0.1)).toThrow('xyz holds 6 values and rgb 3');
});
