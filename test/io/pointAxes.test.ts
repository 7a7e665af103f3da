import { describe, expect, it } from 'vitest';
import { doubtfulAxes, parseAxes, turnAxes } from '../../src/io/pointAxes.ts';

describe('axes of a point cloud', () => {
  it.each(['x,y', 'x,y,y', 'x,y,w', '', 'x,y,z,x', 'x,--y,z'])('refuses %j', (text) => {
    expect(parseAxes(text)).toBeUndefined();
  });

  it('turn points', () => {
    const points = new Float32Array([1, 2, 3, NaN, 0, 5]);
    expect([...turnAxes(points, parseAxes('x, y, z')!)]).toEqual([...points]);
    expect([...turnAxes(points, parseAxes('-Z,x,-y')!)]).toEqual([-3, 1, -2, -5, NaN, 0]);
  });

  /** A sloped plane as a camera sees it, 5 rows of 4 points, with one point missing. */
  const seen = Float32Array.from({ length: 60 }, (_, i) => {
    const [row, column] = [Math.floor(i / 12), Math.floor(i / 3) % 4];
    const z = 2 + 0.3 * column - 0.2 * row;
    if (row === 1 && column === 2) return NaN;
    return [((column - 1.5) / 4) * z, ((row - 2) / 4) * z, z][i % 3];
  });

  it('are not doubted in the camera’s own frame', () => {
    expect(doubtfulAxes(seen, 4)).toBeUndefined();
  });

  it.each(['x,-y,-z', 'x,y,-z', 'x,-y,z'])('are doubted when they are %s, with the option that mends them', (axes) => {
    const turned = turnAxes(seen, parseAxes(axes)!);
    const doubt = doubtfulAxes(turned, 4)!;
    expect(doubt).toContain(`--cloud-axes ${axes}`);
    expect([...turnAxes(turned, parseAxes(/--cloud-axes (\S+)/.exec(doubt)![1])!)]).toEqual([...seen]);
  });
});
