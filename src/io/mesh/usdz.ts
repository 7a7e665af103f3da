/**
 * USDZ of a textured surface, for phones: y up, in meters. iOS opens it in AR Quick Look without an app.
 *
 * The archive follows the Usdz File Format Specification, version 1.3: nothing is compressed, the data of each file begin at
 * a multiple of 64 bytes, and the first file is the scene. The scene is text (usda), which the specification allows.
 * `usdchecker --arkit` asks for the binary form (usdc), but other exporters for Quick Look, such as those of three.js and
 * PlayCanvas, write text too.
 *
 * Quick Look puts the origin of the scene on the floor. So a transform moves the object: it stands on y = 0, with x and z
 * centered. The positions inside stay those of the GLB. The material follows the UsdPreviewSurface Specification.
 */
import { boundsOf, toGltfAxes } from '../axes.ts';
import { zipAligned } from '../zip.ts';
import { checkSurface, textureExtension, type EncodedTexturedMesh } from './surface.ts';
import { groups, shortest } from './text.ts';

/** Bytes. */
const ALIGNMENT = 64;

/**
 * Encodes a textured surface in meters and the camera's axes as a USDZ file.
 * @throws RangeError for a mesh that `checkSurface` refuses
 */
export function encodeMeshUsdz(mesh: EncodedTexturedMesh): Uint8Array {
  checkSurface('USDZ', mesh);
  const picture = `texture.${textureExtension(mesh.texture)}`;
  const root = new TextEncoder().encode(scene(mesh, picture));
  return zipAligned(
    [
      ['object.usda', root],
      [picture, mesh.texture.bytes],
    ],
    ALIGNMENT,
  );
}

/** The scene as text. The vertices of a textured mesh are split along its seams, so that everything is given by vertex. */
function scene(mesh: EncodedTexturedMesh, picture: string): string {
  const xyz = toGltfAxes(mesh.xyz);
  const { min, max } = boundsOf(xyz);
  const move = [-(min[0] + max[0]) / 2, -min[1], -(min[2] + max[2]) / 2];
  const list = (values: ArrayLike<number>, width: number, write: (...group: number[]) => string): string =>
    [...groups(values, width, write)].join(', ');
  return `#usda 1.0
(
    defaultPrim = "Object"
    doc = "Made by unflat. y up, meters."
    metersPerUnit = 1
    upAxis = "Y"
)

def Xform "Object" (
    kind = "component"
)
{
    double3 xformOp:translate = ${tuple(...move)}
    uniform token[] xformOpOrder = ["xformOp:translate"]

    def Mesh "Surface" (
        prepend apiSchemas = ["MaterialBindingAPI"]
    )
    {
        uniform bool doubleSided = 0
        float3[] extent = [${tuple(...min)}, ${tuple(...max)}]
        int[] faceVertexCounts = [${list(mesh.triangles, 3, () => '3')}]
        int[] faceVertexIndices = [${list(mesh.triangles, 1, String)}]
        rel material:binding = </Object/Material>
        normal3f[] normals = [${list(toGltfAxes(mesh.normals), 3, tuple)}] (
            interpolation = "vertex"
        )
        point3f[] points = [${list(xyz, 3, tuple)}]
        texCoord2f[] primvars:st = [${list(mesh.uv, 2, (u, v) => tuple(u, 1 - v))}] (
            interpolation = "vertex"
        )
        uniform token subdivisionScheme = "none"
    }

    def Material "Material"
    {
        token outputs:surface.connect = </Object/Material/Preview.outputs:surface>

        def Shader "Preview"
        {
            uniform token info:id = "UsdPreviewSurface"
            color3f inputs:diffuseColor.connect = </Object/Material/Colors.outputs:rgb>
            float inputs:metallic = 0
            float inputs:roughness = 1
            token outputs:surface
        }

        def Shader "Colors"
        {
            uniform token info:id = "UsdUVTexture"
            asset inputs:file = @${picture}@
            token inputs:sourceColorSpace = "sRGB"
            float2 inputs:st.connect = </Object/Material/Places.outputs:result>
            token inputs:wrapS = "clamp"
            token inputs:wrapT = "clamp"
            float3 outputs:rgb
        }

        def Shader "Places"
        {
            uniform token info:id = "UsdPrimvarReader_float2"
            string inputs:varname = "st"
            float2 outputs:result
        }
    }
}
`;
}

const tuple = (...values: number[]): string => `(${values.map(shortest).join(', ')})`;
