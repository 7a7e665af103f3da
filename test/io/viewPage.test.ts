import { expect, it } from 'vitest';
import { viewPage, type PageData, type ViewData } from '../../src/io/viewPage.ts';

const template = '<a><script type="application/json" id="data"></script><b>';
const bytes = (...values: number[]) => Uint8Array.from(values);
const none = { xyz: new Float32Array(), rgb: new Uint8Array() };
const empty: ViewData = {
  name: 'a.png',
  photo: bytes(),
  mask: bytes(),
  depth: bytes(),
  object: { ...none, spacing: 0 },
  seen: none,
};

const textOf = (data: ViewData) => new TextDecoder().decode(viewPage(template, data));
const dataOf = (data: ViewData) => JSON.parse(/^<a><script .*?>(.*)<\/script><b>$/s.exec(textOf(data))![1]) as PageData;

it('fills in a name with any characters', () => {
  for (const name of ['</script><script>alert(1)', '<!--', "$& $' `", 'é 日本 \u2028', '"\\']) {
    expect(textOf({ ...empty, name }).match(/</g)).toHaveLength(4);
    expect(dataOf({ ...empty, name }).name).toBe(name);
  }
});

it('holds files byte for byte, of any length', () => {
  for (const length of [0, 1, 2, 3, 24575, 24576, 24577]) {
    const file = Uint8Array.from({ length }, (_, i) => (i * 7919) >> 3);
    const { photo, mesh } = dataOf({ ...empty, photo: file, mesh: file });
    expect(Buffer.from(photo, 'base64').equals(file)).toBe(true);
    expect(mesh).toBe(photo);
  }
  expect(dataOf(empty).mesh).toBeUndefined();
});

it('holds points as u16 in their box, and bytes', () => {
  const object = {
    xyz: Float32Array.of(-1, 5, 2, 1, 5, 4, 0, 5, 2),
    rgb: bytes(1, 2, 3, 4, 5, 6, 7, 8, 9),
    spacing: 0.5,
  };
  const { data, ...facts } = dataOf({ ...empty, object }).object;
  expect(facts).toEqual({ total: 3, count: 3, min: [-1, 5, 2], max: [1, 5, 4], spacing: 0.5 });
  const packed = Buffer.from(data, 'base64');
  const positions = Array.from({ length: 9 }, (_, i) => packed.readUInt16LE(2 * i));
  expect(positions).toEqual([0, 0, 0, 65535, 0, 65535, 32768, 0, 0]);
  expect([...packed.subarray(18)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('thins out many points, evenly and always in the same way', () => {
  const total = 400_000;
  const xyz = Float32Array.from({ length: 3 * total }, (_, k) => Math.floor(k / 3) / (total - 1));
  const seen = { xyz, rgb: new Uint8Array(3 * total) };
  const { count, data, ...facts } = dataOf({ ...empty, seen }).seen;
  expect(facts.total).toBe(total);
  expect(count).toBe(150_000);
  const packed = Buffer.from(data, 'base64');
  const places = Array.from({ length: count }, (_, i) => packed.readUInt16LE(6 * i) / 65535);
  const share = (from: number) => places.filter((place) => place >= from && place < from + 0.1).length / count;
  for (const from of [0, 0.3, 0.5, 0.9]) expect(share(from)).toBeCloseTo(0.1, 2);
  expect(dataOf({ ...empty, seen }).seen.data).toBe(data);
});

it('refuses a text that is not the template, and points without colors', () => {
  expect(() => viewPage('<a>', empty)).toThrow(/one empty element with the id data/);
  expect(() => viewPage(template + template, empty)).toThrow(/one empty element with the id data/);
  const object = { xyz: new Float32Array(3), rgb: new Uint8Array(2), spacing: 1 };
  expect(() => viewPage(template, { ...empty, object })).toThrow('View page: xyz holds 3 values and rgb 2');
});
