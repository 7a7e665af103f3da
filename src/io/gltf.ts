/** What the GLB files of points and of meshes share: the document around objects of one primitive each, and colors as linear light. */
import {
  Accessor,
  Document,
  WebIO,
  type Buffer,
  type GLTF,
  type Material,
  type Primitive,
  type Scene,
  type TypedArray,
} from '@gltf-transform/core';

/** A glTF file with one scene. */
export class GltfFile {
  readonly document = new Document();
  private readonly scene: Scene;
  private readonly buffer: Buffer;

  /** @param extras values that are stored in the scene, such as units and frame */
  constructor(extras: Record<string, unknown>) {
    this.document.getRoot().getAsset().generator = 'unflat';
    this.buffer = this.document.createBuffer();
    this.scene = this.document.createScene('unflat').setExtras(extras);
    this.document.getRoot().setDefaultScene(this.scene);
  }

  /** Adds an object of one primitive. @param name of its node @param kind name of its mesh and material */
  add(name: string, kind: string, mode: GLTF.MeshPrimitiveMode): GltfObject {
    const object = new GltfObject(this.document, this.buffer, kind, mode);
    const mesh = this.document.createMesh(kind).addPrimitive(object.primitive);
    this.scene.addChild(this.document.createNode(name).setMesh(mesh));
    return object;
  }

  encode(): Promise<Uint8Array> {
    return new WebIO().writeBinary(this.document);
  }
}

/** One object of a glTF file. */
class GltfObject {
  readonly primitive: Primitive;
  readonly material: Material;

  constructor(
    private readonly document: Document,
    private readonly buffer: Buffer,
    kind: string,
    mode: GLTF.MeshPrimitiveMode,
  ) {
    this.material = document.createMaterial(kind).setMetallicFactor(0).setRoughnessFactor(1);
    this.primitive = document.createPrimitive().setMode(mode).setMaterial(this.material);
  }

  /** Adds a vertex attribute. @param semantic its name in glTF, such as POSITION */
  attribute(semantic: string, type: GLTF.AccessorType, array: TypedArray): this {
    this.primitive.setAttribute(semantic, this.accessor(semantic.toLowerCase(), type, array));
    return this;
  }

  /** Adds the colors of vertices. @param rgb [n, 3] sRGB bytes */
  colors(rgb: Uint8Array): this {
    const color = this.accessor('color', Accessor.Type.VEC4, toLinearColors(rgb)).setNormalized(true);
    this.primitive.setAttribute('COLOR_0', color);
    return this;
  }

  /** Sets the triangles. @param indices [m, 3]; stored as u16 if the vertices are few enough */
  triangles(indices: Uint32Array, vertices: number): this {
    // The largest index of a type is not a vertex: it restarts primitives (glTF 2.0, section 3.7.2.1).
    const stored = vertices <= 0xffff ? Uint16Array.from(indices) : indices;
    this.primitive.setIndices(this.accessor('triangles', Accessor.Type.SCALAR, stored));
    return this;
  }

  private accessor(name: string, type: GLTF.AccessorType, array: TypedArray): Accessor {
    return this.document.createAccessor(name).setType(type).setArray(array).setBuffer(this.buffer);
  }
}

/** Converts [n, 3] sRGB bytes to [n, 4] linear light as u16, with full alpha. Four channels keep each vertex on a 4-byte boundary. */
function toLinearColors(rgb: Uint8Array): Uint16Array<ArrayBuffer> {
  const linear = Uint16Array.from({ length: 256 }, (_, byte) => Math.round(65535 * srgbToLinear(byte / 255)));
  const count = rgb.length / 3;
  const out = new Uint16Array(4 * count).fill(65535);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) out[4 * i + channel] = linear[rgb[3 * i + channel]];
  }
  return out;
}

/** The sRGB transfer curve, IEC 61966-2-1. */
function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
