import { Color, type BufferAttribute } from 'three';
import { PLYLoader } from 'three/examples/jsm/loaders/PLYLoader.js';
import { describe, expect, it } from 'vitest';
import { encodeMeshPly } from '../../../src/io/mesh/ply.ts';
import { corners, expectTriangles } from '../../setup/meshFiles.ts';
import { torus } from '../../setup/meshes.ts';

describe('the PLY of a mesh', () => {
  it('has a header that says what it holds', () => {
    const text = new TextDecoder('latin1').decode(encodeMeshPly(torus(), ['meters']));
    expect(text.slice(0, text.indexOf('end_header\n'))).toBe(
      'ply\nformat binary_little_endian 1.0\ncomment meters\nelement vertex 288\n' +
        ['x', 'y', 'z', 'nx', 'ny', 'nz'].map((name) => `property float ${name}\n`).join('') +
        ['red', 'green', 'blue'].map((name) => `property uchar ${name}\n`).join('') +
        'element face 576\nproperty list uchar uint vertex_indices\n',
    );
  });

  it('is read back by three as it was', () => {
    const mesh = torus();
    const bytes = encodeMeshPly(mesh, ['meters']);
    const geometry = new PLYLoader().parse(Uint8Array.from(bytes).buffer);
    const file = { xyz: geometry.attributes.position.array, triangles: geometry.index!.array };
    expectTriangles(corners(file), corners(mesh));
    expect([...geometry.attributes.normal.array]).toEqual([...mesh.normals]);
    // three turns sRGB into linear light when it reads.
    const color = new Color().fromBufferAttribute(geometry.attributes.color as BufferAttribute, 100);
    expect(color.getHex()).toBe((mesh.rgb[300] << 16) | (mesh.rgb[301] << 8) | mesh.rgb[302]);
  });

  it('refuses a comment that would break the header', () => {
    expect(() => encodeMeshPly(torus(), ['a\nb'])).toThrow('PLY: a comment is one line, got "a\\nb".');
  });
});
