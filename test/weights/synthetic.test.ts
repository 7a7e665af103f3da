import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hash, streamKey, syntheticTensor, syntheticWeight } from '../../weights/synthetic.ts';
import { blob, depth, holes, image, objectMask, xyzMap } from '../../weights/syntheticScene.ts';
import { openBytes } from './files.ts';

function bitsOf(values: Float32Array): string {
  return [...new Uint32Array(values.buffer, values.byteOffset, values.length)]
    .map((b) => b.toString(16).padStart(8, '0'))
    .join(' ');
}

const sum = (values: Iterable<number>) => [...values].reduce((total, v) => total + v, 0);

describe('synthetic weights', () => {
  // Published with the description of the generator.
  const vectors: [seed: number, name: string, shape: number[], key: string, bits: string][] = [
    [
      1,
      'image_encoder.blocks.0.attn.qkv.weight',
      [192, 64],
      '41a83c2d',
      'be2aa799 3e3d3e8d be1903f5 be558e81 3d176772 be81f649 be60adb3 3e00dfbf',
    ],
    [
      1,
      'core.core.pretrained.model.blocks.0.gamma_1',
      [48],
      '575ecef2',
      '3ed0be61 3eaa2654 3ed8949f 3ecc97ed 3e80bd67 3e60961c 3ed78d8c 3e9d6778',
    ],
    [
      7,
      'decoder_pred.bias',
      [769],
      '2fe8827f',
      'bd7ae68a bd8d2712 3d975b2d 3d3b7ced bd94fb92 3d904d13 3b8be000 3d643427',
    ],
    [
      7,
      'xyz_pos_embed.two_d_pos_embed',
      [1, 65, 48],
      'd0aec7f7',
      'bb14a700 bd36e320 3cbb3dc0 3d4fa890 3e84a68e 3ecc8e22 bd0593c0 bdb4a040',
    ],
  ];

  it.each(vectors)('seed %i, %s', (seed, name, shape, key, bits) => {
    expect(streamKey(seed, name).toString(16)).toBe(key);
    expect(bitsOf(syntheticWeight(seed, name, shape).subarray(0, 8))).toBe(bits);
  });

  it('equals the reference, one tensor per scaling rule and network, bit for bit', async () => {
    const file = await openBytes(
      new Uint8Array(readFileSync(new URL('../golden/weights.safetensors', import.meta.url))),
    );
    const seeds = JSON.parse(file.metadata.get('seeds')!) as Record<string, string>;
    expect(file.tensors.size).toBeGreaterThan(30);
    for (const [name, { shape }] of file.tensors) {
      const [kind, ...rest] = name.split('/');
      const ours = syntheticWeight(Number(seeds[kind]), rest.join('/'), shape);
      const { values } = await file.readTensor(name);
      expect(Buffer.compare(Buffer.from(ours.buffer), Buffer.from(values.buffer)), name).toBe(0);
    }
  });

  it('follows the rules that the reference file has no example of', () => {
    const key = streamKey(3, 'bn.running_var');
    const u = (i: number) => ((hash(key, i) >>> 8) - 2 ** 23) * 2 ** -23;
    const variance = syntheticWeight(3, 'bn.running_var', [100]);
    expect([...variance]).toEqual(
      Array.from({ length: 100 }, (_, i) => Math.fround(1 + Math.fround(0.5 * Math.abs(u(i))))),
    );
    expect(Math.max(...syntheticWeight(3, 'bn.running_mean', [1000]).map(Math.abs))).toBeLessThanOrEqual(
      Math.fround(0.1),
    );
    expect(syntheticWeight(3, 'odd', [])).toHaveLength(1);
  });

  it('activations are scale times the stream, and seeds wrap at 32 bits', () => {
    const key = streamKey(5, 'queries');
    const expected = Array.from({ length: 9 }, (_, i) =>
      Math.fround(6 * (((hash(key, i) >>> 8) - 2 ** 23) * 2 ** -23)),
    );
    expect([...syntheticTensor(5, 'queries', [3, 3], 6)]).toEqual(expected);
    expect(streamKey(5 + 2 ** 32, 'x')).toBe(streamKey(5, 'x'));
    expect(streamKey(-1, 'x')).toBe(streamKey(2 ** 32 - 1, 'x'));
  });
});

describe('synthetic scene', () => {
  it('photo', () => {
    const rgb = image(3, 37, 53);
    expect([...rgb.subarray(0, 12)]).toEqual([46, 72, 95, 49, 81, 97, 55, 84, 93, 57, 86, 90]);
    expect([...rgb.subarray((18 * 53 + 30) * 3, (18 * 53 + 30) * 3 + 3)]).toEqual([147, 101, 81]);
    expect(sum(rgb)).toBe(620107);
  });

  it('depth', () => {
    const meters = depth(3, 37, 53);
    expect([...meters.subarray(0, 4)]).toEqual([3.72265625, 3.734375, 3.73046875, 3.7421875]);
    expect(sum(meters)).toBe(6582.21484375);
  });

  it('point map', () => {
    const { xyz, valid } = xyzMap(3, 32);
    expect(sum(valid)).toBe(275);
    expect([...xyz.subarray((14 * 32 + 18) * 3, (14 * 32 + 18) * 3 + 3)]).toEqual([0.25, -0.25, -0.5390625]);
    expect(sum(xyz.filter((_, i) => valid[Math.floor(i / 3)]))).toBe(-72.91015625);
    expect(xyz.filter((_, i) => !valid[Math.floor(i / 3)]).every((v) => v === -100)).toBe(true);
  });

  it('masks: the ellipse or a rectangle, without the holes', () => {
    const [height, width] = [96, 128];
    const missing = holes(5, height, width);
    expect(sum(missing) / missing.length).toBeCloseTo(1 / 64, 2);
    const ellipse = blob(height, width);
    expect([...objectMask(5, height, width)]).toEqual([...ellipse].map((v, i) => (missing[i] ? 0 : v)));
    const rect = objectMask(5, height, width, [0, 31, 90, 128]);
    const inside = (i: number) => Math.floor(i / width) < 31 && i % width >= 90;
    expect([...rect]).toEqual([...missing].map((hole, i) => (inside(i) && !hole ? 1 : 0)));
  });

  it('an ellipse of a photo too large for 32-bit products is still one', () => {
    const inside = blob(2000, 3000);
    expect(inside[900 * 3000 + 1650]).toBe(1);
    expect(inside[900 * 3000 + 1650 + 900]).toBe(1);
    expect(inside[900 * 3000 + 1650 + 901]).toBe(0);
  });
});
