/** The surface to draw: in the photo's own colors, or shaded by a light so that its shape shows. */
import {
  BufferAttribute,
  BufferGeometry,
  DataTexture,
  Group,
  LinearFilter,
  LinearMipmapLinearFilter,
  Mesh as Drawn,
  MeshBasicMaterial,
  MeshLambertMaterial,
  SRGBColorSpace,
  type Material,
} from 'three';
import type { Mesh, Texture, TexturedMesh } from '../pipeline/mesh.ts';
import { colorAttribute } from './colors.ts';

export class Surface {
  readonly numTriangles: number;
  private readonly parts: { mesh: Drawn; plain: MeshBasicMaterial; lit: Material }[] = [];

  /** @param group meshes in the axes of glTF. It is changed */
  constructor(readonly group: Group) {
    let corners = 0;
    group.traverse((node) => {
      if (!(node instanceof Drawn)) return;
      const { geometry, material } = node as Drawn<BufferGeometry, MeshBasicMaterial>;
      // Materials of glTF are shaded. The colors of a photo hold its light already.
      const { map, color, vertexColors, side } = material;
      if (!geometry.hasAttribute('normal')) geometry.computeVertexNormals();
      const look = { map, color, vertexColors, side };
      const part = { mesh: node, plain: new MeshBasicMaterial(look), lit: new MeshLambertMaterial(look) };
      node.material = part.plain;
      this.parts.push(part);
      corners += (geometry.index ?? geometry.attributes.position).count;
    });
    this.numTriangles = corners / 3;
  }

  /** @param meshes in meters in the camera's frame. Their arrays are kept, not copied */
  static of(...meshes: readonly (Mesh | TexturedMesh)[]): Surface {
    const group = new Group().add(...meshes.map(drawn));
    // From the camera's axes, y down and z forward, to those of glTF: a half turn about x.
    group.rotation.x = Math.PI;
    return new Surface(group);
  }

  light(isLit: boolean): void {
    for (const { mesh, plain, lit } of this.parts) mesh.material = isLit ? lit : plain;
  }

  dispose(): void {
    for (const { mesh, plain, lit } of this.parts) {
      mesh.geometry.dispose();
      plain.map?.dispose();
      plain.dispose();
      lit.dispose();
    }
  }
}

function drawn(mesh: Mesh | TexturedMesh): Drawn {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(mesh.xyz, 3));
  geometry.setAttribute('normal', new BufferAttribute(mesh.normals, 3));
  geometry.setIndex(new BufferAttribute(mesh.triangles, 1));
  const material = new MeshBasicMaterial();
  if ('uv' in mesh) {
    geometry.setAttribute('uv', new BufferAttribute(mesh.uv, 2));
    material.map = textureOf(mesh.texture);
  } else {
    geometry.setAttribute('color', colorAttribute(mesh.rgb));
    material.vertexColors = true;
  }
  return new Drawn(geometry, material);
}

function textureOf({ rgba, width, height }: Texture): DataTexture {
  // Its first row is where v is 0: the top, as in the mesh.
  const texture = new DataTexture(rgba as Uint8Array<ArrayBuffer>, width, height);
  texture.colorSpace = SRGBColorSpace;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}
