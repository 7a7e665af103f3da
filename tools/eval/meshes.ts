/** Measures the mesh of a run: its shape and colors, how it looks from the photo's camera, and whether it is a solid. */
import type { ColoredPoints } from '../../src/pipeline/coloredPoints.ts';
import type { Intrinsics } from '../../src/pipeline/camera.ts';
import type { Mesh, TexturedMesh } from '../../src/pipeline/mesh.ts';
import { inspectMesh, problemsOf } from '../../src/pipeline/mesh/closed.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import type { Instruments } from './instruments.ts';
import { viewErrors } from './metrics.ts';
import { sampleMesh } from './samples.ts';

/** Points that stand for a mesh. There are more than points of the truth, so that they miss none of them. */
const SAMPLES = 30_000;

/** The mesh of a run, in meters in the camera's frame. */
export interface MeasuredMesh {
  /** Meant to be closed. */
  readonly mesh: Mesh;
  /** The same surface with a texture. */
  readonly textured?: TexturedMesh;
}

/** What a run started from. */
export interface RunInput {
  readonly photo: Photo;
  readonly camera: Intrinsics;
  /** [height, width], not 0 inside. */
  readonly mask: Uint8Array;
}

/** Facts of a mesh that its points do not show. Yes is 1, no is 0. */
export interface MeshFacts {
  /** IoU with the mask, and color error to the photo: `ViewErrors`. The texture is used if there is one. */
  readonly silhouette: number;
  readonly view: number;
  readonly faces: number;
  /** Parts that share no vertex. */
  readonly components: number;
  /** Whether each edge has two faces, and so on (`problemsOf`), and the volume is positive. */
  readonly closed: number;
  /** Whether manifold-3d takes it for a solid. */
  readonly accepted: number;
  /** Whether both hold. */
  readonly solid: number;
}

/** Facts where there is no mesh: the worst ones, so that no mesh never wins. */
export const NO_MESH: MeshFacts = {
  silhouette: 0,
  view: 1,
  faces: 0,
  components: 0,
  closed: 0,
  accepted: 0,
  solid: 0,
};

/** Points of a mesh, evenly by area, in its frame and with the colors of its vertices. */
export const pointsOf = ({ mesh }: MeasuredMesh): ColoredPoints => sampleMesh(mesh, SAMPLES);

/** @param onProblem gets what is wrong with the mesh, such as "is not closed: 2 open edges" */
export async function meshFacts(
  { mesh, textured }: MeasuredMesh,
  { photo, camera, mask }: RunInput,
  instruments: Instruments,
  onProblem: (problem: string) => void,
): Promise<MeshFacts> {
  const report = inspectMesh(mesh);
  const problems = problemsOf(report);
  if (problems) onProblem(`is not closed: ${problems}`);
  const refusal = instruments.refusal(mesh);
  if (refusal) onProblem(`is no solid for manifold-3d: ${refusal}`);
  const picture = await instruments.view(textured ?? mesh, camera, photo);
  const { silhouette, color } = viewErrors(picture, photo.rgba, mask);
  return {
    silhouette,
    view: color,
    faces: mesh.triangles.length / 3,
    components: report.components,
    closed: problems ? 0 : 1,
    accepted: refusal ? 0 : 1,
    solid: problems || refusal ? 0 : 1,
  };
}
