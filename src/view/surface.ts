/** The surface to draw: in the photo's own colors, or shaded by a light so that its shape shows. */
import { Mesh, MeshBasicMaterial, MeshLambertMaterial, type Group, type Material } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { fromBase64 } from './data.ts';

export class Surface {
  readonly numTriangles: number;
  private readonly parts: { mesh: Mesh; plain: Material; lit: Material }[] = [];

  private constructor(readonly group: Group) {
    let corners = 0;
    group.traverse((node) => {
      if (!(node instanceof Mesh)) return;
      const { geometry, material } = node as Mesh<Mesh['geometry'], MeshBasicMaterial>;
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

  /** @param glb base64 of a GLB file. @throws Error if it is damaged */
  static async read(glb: string): Promise<Surface> {
    const parsed = new GLTFLoader().parseAsync(fromBase64(glb).buffer, '');
    const { scene } = await parsed.catch((cause: Error) => {
      throw new Error(`The surface in this page cannot be read: ${cause.message}`, { cause });
    });
    return new Surface(scene);
  }

  light(isLit: boolean): void {
    for (const { mesh, plain, lit } of this.parts) mesh.material = isLit ? lit : plain;
  }
}
