import { WebIO } from '@gltf-transform/core';
import { describe, expect, it } from 'vitest';
import { decodeNpy, decodeObjPointMap, encodeGlb, encodePly, NpyError, ObjError } from '../../src/io/index.ts';
import { toGltfAxes } from '../../src/io/axes.ts';
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';

const POINTS: ColoredPoints = {
  xyz: new Float32Array([1, 2, 3, -0.5, 0.25, 1e-3]),
  rgb: new Uint8Array([255, 0, 10, 128, 64, 255]),
};

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

describe('PLY', () => {
  it('writes header, positions and colors byte for byte', () => {
    const header =
      'ply\nformat binary_little_endian 1.0\ncomment meters\nelement vertex 2\n' +
      'property float x\nproperty float y\nproperty float z\n' +
      'property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n';
    const bytes = encodePly(POINTS, ['meters']);
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, header.length))).toBe(header);
    expect(bytes.length).toBe(header.length + 2 * 15);
    const view = new DataView(bytes.buffer, header.length);
    const read = (point: number) => [0, 4, 8].map((at) => view.getFloat32(15 * point + at, true));
    expect(read(0)).toEqual([1, 2, 3]);
    expect(read(1)).toEqual([-0.5, 0.25, Math.fround(1e-3)]);
    expect([12, 13, 14, 27, 28, 29].map((at) => view.getUint8(at))).toEqual([255, 0, 10, 128, 64, 255]);
  });

  it('writes no points as a valid file', () => {
    const bytes = encodePly({ xyz: new Float32Array(), rgb: new Uint8Array() });
    expect(new TextDecoder().decode(bytes)).toContain('element vertex 0\n');
  });

  it('refuses colors that do not fit the positions', () => {
    expect(() => encodePly({ xyz: new Float32Array(6), rgb: new Uint8Array(3) })).toThrow(
      'PLY: xyz holds 6 values and rgb 3; both must hold three for each point.',
    );
  });

  it('refuses a comment that would break the header', () => {
    expect(() => encodePly(POINTS, ['a\nend_header'])).toThrow('a comment is one line');
  });
});

describe('GLB', () => {
  it('is read back by glTF-Transform with y up, linear colors and extras', async () => {
    const document = await new WebIO().readBinary(await encodeGlb(POINTS, { unit: 'meter' }));
    const scene = document.getRoot().getDefaultScene()!;
    expect(scene.getExtras()).toEqual({ unit: 'meter' });
    const primitive = scene.listChildren()[0].getMesh()!.listPrimitives()[0];
    expect(primitive.getMode()).toBe(0);
    const position = primitive.getAttribute('POSITION')!;
    expect([...position.getArray()!]).toEqual([1, -2, -3, -0.5, -0.25, -Math.fround(1e-3)]);
    expect(position.getMin([])).toEqual([-0.5, -2, -3]);
    expect(position.getMax([])).toEqual([1, -0.25, -Math.fround(1e-3)]);
    const color = primitive.getAttribute('COLOR_0')!;
    expect(color.getNormalized()).toBe(true);
    // The sRGB curve of IEC 61966-2-1; storing it in 16 bits may move it by half a step.
    const linear = (byte: number) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    [...POINTS.rgb].forEach((byte, i) => {
      const stored = color.getElement(Math.floor(i / 3), [])[i % 3];
      expect(Math.abs(stored - linear(byte))).toBeLessThanOrEqual(0.5 / 65535 + Number.EPSILON);
    });
    expect(color.getElement(0, [])[3]).toBe(1);
  });

  it('stores minimum and maximum of positions, which viewers need, in the file itself', async () => {
    const bytes = await encodeGlb(POINTS);
    const jsonLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + jsonLength)));
    const accessor = json.accessors[json.meshes[0].primitives[0].attributes.POSITION];
    expect(accessor.min).toEqual([-0.5, -2, -3]);
    expect(accessor.max).toEqual([1, -0.25, -Math.fround(1e-3)]);
  });

  it('refuses an empty cloud', async () => {
    await expect(encodeGlb({ xyz: new Float32Array(), rgb: new Uint8Array() })).rejects.toThrow('there are no points');
  });

  it('turns axes without mirroring and keeps zero positive', () => {
    expect(Object.is(toGltfAxes(new Float32Array([0, 0, 0]))[1], 0)).toBe(true);
  });
});

describe('OBJ point map', () => {
  it('reads vertices in order and passes over everything else', () => {
    const file = '# scan\nv 0 1 2\r\nv\t-1.5 2e-1 .5 0.2 0.3 0.4\nvn 0 0 1\nvt 0 0\nv nan nan nan\nv 1 1 inf\nf 1 2 3';
    const map = decodeObjPointMap(text(file), [{ width: 2, height: 2 }]);
    expect([...map.xyz.slice(0, 6)]).toEqual([0, 1, 2, -1.5, Math.fround(0.2), 0.5]);
    expect([...map.xyz.slice(6)].every(Number.isNaN)).toBe(true);
  });

  it('takes 0 0 0 for no point', () => {
    const { xyz } = decodeObjPointMap(text('v 0 0 0\nv 0 0 1\nv -0.0 0 0\n'), [{ width: 3, height: 1 }]);
    expect([...xyz]).toEqual([NaN, NaN, NaN, 0, 0, 1, NaN, NaN, NaN]);
  });

  it('takes whichever of the sizes fits', () => {
    const sizes = [
      { width: 4, height: 2 },
      { width: 2, height: 1 },
    ];
    expect(decodeObjPointMap(text('v 1 2 3\n'.repeat(2)), sizes).size).toEqual(sizes[1]);
    expect(decodeObjPointMap(text('v 1 2 3\n'.repeat(8)), sizes).size).toEqual(sizes[0]);
    expect(() => decodeObjPointMap(text('v 1 2 3\n'.repeat(3)), sizes)).toThrow('4 x 2 = 8 or 2 x 1 = 2 pixels');
  });

  it('reads a file that is longer than one piece', () => {
    const line = `v 1 2 3 ${'0'.repeat(1000)}\n`;
    const count = 5000;
    const map = decodeObjPointMap(text(line.repeat(count)), [{ width: count, height: 1 }]);
    expect(map.xyz.every((value, i) => value === 1 + (i % 3))).toBe(true);
  });

  it('says how many vertices were found and expected', () => {
    expect(() => decodeObjPointMap(text('v 0 0 0\nv 0 0 0\nv 0 0 0\n'), [{ width: 2, height: 1 }])).toThrow(
      'The .obj file has 3 vertices, but the photo has 2 x 1 = 2 pixels.',
    );
    expect(() => decodeObjPointMap(text(''), [{ width: 1, height: 1 }])).toThrow('has 0 vertices');
  });

  it.each(['v 1 2', 'v 1 2 x', 'v 1 2 0x10z', 'v 1 2 1e999'])('refuses the line %s and gives its number', (line) => {
    expect(() => decodeObjPointMap(text(`# first\n${line}\n`), [{ width: 1, height: 1 }])).toThrow(ObjError);
    expect(() => decodeObjPointMap(text(`# first\n${line}\n`), [{ width: 1, height: 1 }])).toThrow(
      'Line 2 of the .obj file',
    );
  });
});

/** A .npy file of the given header fields, version and data. */
function npy(descr: string, shape: string, data: ArrayBufferView, order = 'False', version = 1): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + header.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(text(header), start);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + header.length);
  return bytes;
}

describe('.npy', () => {
  it.each([1, 2])('reads float32 in version %d', (version) => {
    const array = decodeNpy(npy('<f4', '(2, 3)', new Float32Array([1, 2, 3, 4, 5, NaN]), 'False', version));
    expect([array.height, array.width]).toEqual([2, 3]);
    expect([...array.values]).toEqual([1, 2, 3, 4, 5, NaN]);
  });

  it.each<[string, string, ArrayBufferView, boolean]>([
    ['<f2', 'halves', new Uint16Array([0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600]), false],
    ['<u2', 'unsigned', new Uint16Array([1, 2, 3, 4, 5, 6]), true],
    ['<i4', 'signed', new Int32Array([1, 2, 3, 4, 5, 6]), true],
    ['|u1', 'bytes', new Uint8Array([1, 2, 3, 4, 5, 6]), true],
    ['>u2', 'big-endian', new Uint16Array([256, 512, 768, 1024, 1280, 1536]), true],
  ])('reads %s (%s)', (descr, _, data, isInteger) => {
    const array = decodeNpy(npy(descr, '(2, 3)', data));
    expect([...array.values]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(array.isInteger).toBe(isInteger);
  });

  it('reads big-endian float32', () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat32(0, 1.5);
    view.setFloat32(4, -2);
    expect([...decodeNpy(npy('>f4', '(2, 1)', view)).values]).toEqual([1.5, -2]);
  });

  it('reads Fortran order', () => {
    const array = decodeNpy(npy('<f4', '(2, 3)', new Float32Array([1, 4, 2, 5, 3, 6]), 'True'));
    expect([array.height, array.width, ...array.values]).toEqual([2, 3, 1, 2, 3, 4, 5, 6]);
  });

  it.each(['(2, 3, 1)', '(1, 2, 3)', '(1, 1, 2, 3)'])('reads the shape %s', (shape) => {
    const array = decodeNpy(npy('<f4', shape, new Float32Array([1, 2, 3, 4, 5, 6])));
    expect([array.height, array.width]).toEqual([2, 3]);
  });

  it('reads float64', () => {
    expect([...decodeNpy(npy('<f8', '(1, 2)', new Float64Array([0.1, 7]))).values]).toEqual([Math.fround(0.1), 7]);
  });

  it.each([
    ['another type', npy('<c8', '(1, 1)', new Float32Array(2)), 'one plane [height, width] of numbers'],
    ['objects', npy('|O', '(1, 1)', new Float32Array(2)), 'one plane [height, width] of numbers'],
    ['three channels', npy('<f4', '(2, 2, 3)', new Float32Array(12)), "its header says {'descr': '<f4'"],
    ['one dimension', npy('<f4', '(3,)', new Float32Array(3)), 'one plane [height, width] of numbers'],
    ['missing data', npy('<f4', '(2, 2)', new Float32Array(3)), 'needs 16 bytes, but the file holds 12'],
    ['no magic', text('hello, this is no array'), 'does not begin with'],
    ['a lying header length', npy('<f4', '(1, 1)', new Float32Array(1)).fill(0xff, 8, 10), 'header ends at byte 65545'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes)).toThrow(NpyError);
    expect(() => decodeNpy(bytes)).toThrow(message);
  });
});
