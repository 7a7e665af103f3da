import { beforeAll, describe, expect, it } from 'vitest';
import { sharedFor } from '../../src/graph/shared.ts';
import { intrinsicsOf } from '../../src/pipeline/camera.ts';
import type { Mesh, TexturedMesh } from '../../src/pipeline/mesh.ts';
import { instrumentsOn, type Instruments } from '../../tools/eval/instruments.ts';
import { meshFacts, pointsOf, type RunInput } from '../../tools/eval/meshes.ts';
import { sphere, surfaceOf, union, type Field } from '../pipeline/mesh/shapes.ts';
import { testDevice } from '../setup/evaluate.ts';

const [WIDTH, HEIGHT] = [64, 48];
const camera = intrinsicsOf({ width: WIDTH, height: HEIGHT });

/** A blue surface between 0.7 and 1.3 m in front of the camera. */
const meshOf = (field: Field): Mesh => surfaceOf(field, [-0.3, -0.3, 0.7], [0.3, 0.3, 1.3], 24, () => [20, 40, 220]);
const ball = meshOf(sphere(0.05, -0.02, 1, 0.2));

/** The same mesh with a texture of one color. */
const painted = ({ xyz, normals, triangles }: Mesh, color: number[]): TexturedMesh => {
  const uv = new Float32Array((xyz.length / 3) * 2).fill(0.5);
  return { xyz, normals, triangles, uv, texture: { width: 1, height: 1, rgba: Uint8Array.of(...color, 255) } };
};

let instruments: Instruments;
/** A photo of the ball on gray. */
let input: RunInput;

beforeAll(async () => {
  instruments = await instrumentsOn(sharedFor(await testDevice()));
  const view = await instruments.view(ball, camera, { width: WIDTH, height: HEIGHT });
  const mask = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (view[4 * i + 3] >= 128 ? 1 : 0));
  const rgba = view.map((value, k) => (k % 4 === 3 ? 255 : mask[k >> 2] ? value : 90));
  input = { photo: { width: WIDTH, height: HEIGHT, rgba }, camera, mask };
});

const measured = async (mesh: Mesh, textured?: TexturedMesh) => {
  const problems: string[] = [];
  const facts = await meshFacts({ mesh, textured }, input, instruments, (problem) => problems.push(problem));
  return { ...facts, problems };
};

describe('meshFacts', () => {
  it('gives the thing in the photo full marks', async () => {
    expect(await measured(ball)).toEqual({
      silhouette: 1,
      view: 0,
      faces: ball.triangles.length / 3,
      components: 1,
      closed: 1,
      accepted: 1,
      solid: 1,
      problems: [],
    });
  });

  it('sees that a mesh is too small, in the wrong place, or of another color', async () => {
    const small = await measured(meshOf(sphere(0.05, -0.02, 1, 0.14)));
    // As the areas of the discs: (0.14 / 0.2)^2, about.
    expect(small.silhouette).toBeGreaterThan(0.42);
    expect(small.silhouette).toBeLessThan(0.54);
    const beside = await measured({ ...ball, xyz: ball.xyz.map((v, k) => (k % 3 === 0 ? v - 0.1 : v)) });
    expect(beside.silhouette).toBeLessThan(0.7);
    const { view } = await measured({ ...ball, rgb: ball.rgb.map((v, k) => (k % 3 === 0 ? 71 : v)) });
    expect(view).toBeCloseTo(51 / 255 / 3, 10);
  });

  it('looks at the texture if there is one', async () => {
    expect((await measured(ball, painted(ball, [20, 40, 220]))).view).toBe(0);
    expect((await measured(ball, painted(ball, [20, 91, 220]))).view).toBeCloseTo(51 / 255 / 3, 10);
  });

  it('counts parts', async () => {
    const two = union(sphere(-0.12, 0, 1, 0.1), sphere(0.12, 0, 1, 0.1));
    expect(await measured(meshOf(two))).toMatchObject({ components: 2, solid: 1, problems: [] });
  });

  it('names holes and faces inside out, and calls neither a solid', async () => {
    const open = await measured({ ...ball, triangles: ball.triangles.slice(3) });
    expect(open).toMatchObject({ closed: 0, accepted: 0, solid: 0 });
    expect(open.problems).toEqual(['is not closed: 3 open edges', 'is no solid for manifold-3d: Not manifold']);
    const turned = await measured({ ...ball, triangles: ball.triangles.toReversed() });
    expect(turned).toMatchObject({ closed: 0, solid: 0 });
    expect(turned.problems[0]).toMatch(/^is not closed: a volume of -0\.03/);
  });
});

describe('pointsOf', () => {
  it('are the points of the surface', () => {
    const { xyz, rgb } = pointsOf({ mesh: ball });
    expect(xyz).toHaveLength(90_000);
    for (let i = 0; i < xyz.length; i += 300) {
      const radius = Math.hypot(xyz[i] - 0.05, xyz[i + 1] + 0.02, xyz[i + 2] - 1);
      expect(Math.abs(radius - 0.2)).toBeLessThan(0.005);
    }
    expect([...rgb.subarray(0, 3)]).toEqual([20, 40, 220]);
  });
});
