/** Triangle meshes: the forms in which surfaces are made, drawn, saved and measured. It imports nothing. */

/** A surface with colors at its vertices. Meshes of a photo are in meters in its camera's frame: x right, y down, z forward. */
export interface Mesh {
  /** [n, 3] positions. */
  readonly xyz: Float32Array;
  /** [n, 3] unit vectors that point outwards. */
  readonly normals: Float32Array;
  /** [n, 3] sRGB bytes. */
  readonly rgb: Uint8Array;
  /** [m, 3] vertices of each triangle, counterclockwise as seen from outside. */
  readonly triangles: Uint32Array;
}

/** A picture of sRGB bytes. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4]; the first row is the top. */
  readonly rgba: Uint8Array;
}

/** A surface with a texture. Vertices are split along the seams of the texture, so it is not closed by its indices. */
export interface TexturedMesh {
  /** [n, 3] positions. */
  readonly xyz: Float32Array;
  /** [n, 3] unit vectors that point outwards. */
  readonly normals: Float32Array;
  /** [n, 2] places in the texture, 0..1; (0, 0) is its top left corner, as in glTF. */
  readonly uv: Float32Array;
  /** [m, 3] vertices of each triangle, counterclockwise as seen from outside. */
  readonly triangles: Uint32Array;
  readonly texture: Texture;
}
