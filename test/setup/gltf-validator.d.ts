/** The part of gltf-validator that tests call; the package has no types. */
declare module 'gltf-validator' {
  interface Issue {
    readonly code: string;
    readonly message: string;
    /** 0 error, 1 warning, 2 information, 3 hint. */
    readonly severity: number;
    readonly pointer?: string;
  }
  export function validateBytes(
    bytes: Uint8Array,
    options?: { readonly uri?: string; readonly maxIssues?: number },
  ): Promise<{
    readonly issues: { readonly messages: readonly Issue[] };
    readonly info: { readonly hasTextures: boolean; readonly totalTriangleCount: number };
  }>;
}
