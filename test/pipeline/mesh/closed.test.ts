import { describe, expect, it } from 'vitest';
import { inspectMesh, problemsOf } from '../../../src/pipeline/mesh/closed.ts';

/** A tetrahedron with a right angle at the origin, of volume 1/6. */
const corners = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1];
const faces = [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3];

const problems = (xyz: number[], triangles: number[]) =>
  problemsOf(inspectMesh({ xyz: Float32Array.from(xyz), triangles: Uint32Array.from(triangles) }));

/** The corners again, moved along x. */
const moved = (by: number) => corners.map((x, i) => (i % 3 === 0 ? x + by : x));

describe('a tetrahedron', () => {
  it('is closed', () => {
    const mesh = { xyz: Float32Array.from(corners), triangles: Uint32Array.from(faces) };
    const { volume, ...counts } = inspectMesh(mesh);
    expect(volume).toBeCloseTo(1 / 6, 12);
    expect(counts).toEqual({
      openEdges: 0,
      crowdedEdges: 0,
      flippedEdges: 0,
      degenerateFaces: 0,
      duplicateFaces: 0,
      pinchedVertices: 0,
      unusedVertices: 0,
      invalidNumbers: 0,
      components: 1,
    });
    expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
  });

  it('is closed far from the origin, where its volume keeps its digits', () => {
    const xyz = corners.map((x) => x + 4096);
    const { volume } = inspectMesh({ xyz: Float32Array.from(xyz), triangles: Uint32Array.from(faces) });
    expect(volume).toBeCloseTo(1 / 6, 12);
  });

  it.each([
    ['without a face', corners, faces.slice(3), '3 open edges'],
    ['with one face inside out', corners, [...faces.slice(0, 9), 2, 1, 3], '3 edges between faces of opposite sides'],
    ['inside out', corners, faces.map((_, i) => faces[i - (i % 3) + 2 - (i % 3)]), `a volume of ${-1 / 6}`],
    ['with an unused vertex', [...corners, 5, 5, 5], faces, '1 unused vertex'],
    ['with a vertex that does not exist', corners, [...faces.slice(3), 0, 2, 9], '1 invalid number'],
    ['with a position that is no number', [NaN, ...corners.slice(1)], faces, '1 invalid number'],
    ['with a face twice', corners, [...faces, 1, 2, 3], '3 edges with more than two faces, 1 duplicate face'],
    [
      'that another one touches at a vertex',
      [...corners, ...moved(1).slice(3)],
      touching([1, 4, 5, 6]),
      '1 pinched vertex',
    ],
    [
      'that another one touches at an edge',
      [...corners, 1, 1, 0, 1, 1, 1],
      touching([1, 4, 2, 5]),
      '1 edge with more than two faces',
    ],
    ['with a flat face', [...corners, 0.5, 0, 0], [...faces, 0, 1, 4, 1, 0, 4], /2 faces without area/],
    ['with a repeated vertex', corners, [...faces, 0, 0, 1], /1 face without area/],
    ['of nothing', [], [], 'no faces'],
  ])('%s is not', (_, xyz, triangles, words) => {
    if (typeof words === 'string') expect(problems(xyz, triangles)).toBe(words);
    else expect(problems(xyz, triangles)).toMatch(words);
  });

  it('may stand beside another one', () => {
    const xyz = Float32Array.from([...corners, ...moved(3)]);
    const report = inspectMesh({ xyz, triangles: Uint32Array.from([...faces, ...faces.map((v) => v + 4)]) });
    expect(problemsOf(report)).toBeUndefined();
    expect(report.components).toBe(2);
  });
});

/** Two tetrahedra; the second has the given vertices. */
function touching(second: number[]): number[] {
  return [...faces, ...faces.map((v) => second[v])];
}
