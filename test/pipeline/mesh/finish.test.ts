import { beforeAll, describe, expect, it } from 'vitest';
import type { Mesh } from '../../../src/pipeline/mesh.ts';
import { inspectMesh, problemsOf } from '../../../src/pipeline/mesh/closed.ts';
import { finishMesh, type FinishedMesh } from '../../../src/pipeline/mesh/finish.ts';
import type { PhotoView } from '../../../src/pipeline/mesh/seen.ts';
import { draw, lookUp } from './draw.ts';
import { sphere, surfaceOf, torus, union, type Coloring, type Field } from './shapes.ts';

const [width, height] = [256, 224];
const camera = { fx: 300, fy: 290, cx: 130, cy: 110 };
/** Depth of the middle of all objects, in meters. */
const Z = 0.8;
const meshOf = (field: Field, color: Coloring): Mesh =>
  surfaceOf(field, [-0.32, -0.32, Z - 0.32], [0.32, 0.32, Z + 0.32], 48, color);

/** A soft checkerboard in red and blue, with a green ramp. */
const pattern = (u: number, v: number): [number, number, number] => {
  const wave = Math.sin(u / 5) * Math.sin(v / 5);
  return [Math.round(128 + 90 * wave), Math.round(u / 2 + 40), Math.round(128 - 90 * wave)];
};

function viewOf(
  color: (u: number, v: number) => [number, number, number],
  isObject: (u: number, v: number) => boolean,
): PhotoView {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  const mask = new Uint8Array(width * height);
  for (let v = 0; v < height; v++) {
    for (let u = 0; u < width; u++) {
      mask[v * width + u] = isObject(u, v) ? 1 : 0;
      // The background is white.
      if (isObject(u, v)) rgba.set(color(u, v), 4 * (v * width + u));
    }
  }
  return { photo: { width, height, rgba }, mask, camera };
}

/** Whether the ray of a pixel hits a sphere around (0, 0, Z). */
const hits = (radius: number) => (u: number, v: number) => {
  const d = [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, 1];
  const along = Z / Math.hypot(...d);
  return Z * Z - along * along < radius * radius;
};

const RADIUS = 0.22;
const PLAIN = [180, 120, 60] as const;

describe('a sphere', () => {
  const view = viewOf(pattern, hits(RADIUS));
  let finished: FinishedMesh;
  beforeAll(async () => {
    finished = await finishMesh(
      meshOf(sphere(0, 0, Z, RADIUS), () => PLAIN),
      view,
      { faces: 6000, texture: 512 },
    );
  });

  it('looks like the photo where the camera sees it', () => {
    const drawn = draw(finished.textured!, camera, width, height);
    let [worst, sum, count] = [0, 0, 0];
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        if (!hits(0.8 * RADIUS)(u, v)) continue;
        const at = 4 * (v * width + u);
        expect(drawn.rgba[at + 3]).toBe(255);
        for (let k = 0; k < 3; k++) {
          const error = Math.abs(drawn.rgba[at + k] - view.photo.rgba[at + k]);
          worst = Math.max(worst, error);
          sum += error;
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(30_000);
    expect(sum / count).toBeLessThan(2);
    expect(worst).toBeLessThan(16);
  });

  it('takes no color of the background', () => {
    const { rgba } = finished.textured!.texture;
    let brightest = 0;
    for (let i = 0; i < rgba.length; i += 4)
      brightest = Math.max(brightest, Math.min(rgba[i], rgba[i + 1], rgba[i + 2]));
    // The brightest gray of the pattern: white would be 255.
    expect(brightest).toBeLessThan(150);
  });

  it('keeps its own colors where the camera sees nothing', () => {
    const { textured, mesh } = finished;
    let count = 0;
    for (let v = 0; v < textured!.xyz.length / 3; v++) {
      if (textured!.xyz[3 * v + 2] < Z + 0.5 * RADIUS) continue;
      const color = lookUp(textured!, textured!.uv[2 * v], textured!.uv[2 * v + 1]);
      for (let k = 0; k < 3; k++) expect(Math.abs(color[k] - PLAIN[k])).toBeLessThanOrEqual(6);
      count++;
    }
    expect(count).toBeGreaterThan(500);
    for (let v = 0; v < mesh.xyz.length / 3; v++) {
      if (mesh.xyz[3 * v + 2] < Z + 0.5 * RADIUS) continue;
      for (let k = 0; k < 3; k++) expect(Math.abs(mesh.rgb[3 * v + k] - PLAIN[k])).toBeLessThanOrEqual(6);
    }
  });

  it('has the same colors at vertices as in the texture', () => {
    const { textured, mesh } = finished;
    let [sum, count] = [0, 0];
    textured!.triangles.forEach((v, corner) => {
      const color = lookUp(textured!, textured!.uv[2 * v], textured!.uv[2 * v + 1]);
      for (let k = 0; k < 3; k++) sum += Math.abs(color[k] - mesh.rgb[3 * mesh.triangles[corner] + k]);
      count += 3;
    });
    expect(sum / count).toBeLessThan(4);
  });

  it('has no seams and no step between photo and prediction', () => {
    const { textured, mesh } = finished;
    const { triangles } = mesh;
    const sides = new Map<string, number[]>();
    let [worst, seams] = [0, 0];
    for (let corner = 0; corner < triangles.length; corner++) {
      const next = corner % 3 === 2 ? corner - 2 : corner + 1;
      const [a, b] = [textured!.triangles[corner], textured!.triangles[next]];
      const middle = [0, 1].map((k) => (textured!.uv[2 * a + k] + textured!.uv[2 * b + k]) / 2);
      const color = lookUp(textured!, middle[0], middle[1]);
      const other = sides.get(`${triangles[next]} ${triangles[corner]}`);
      if (!other) sides.set(`${triangles[corner]} ${triangles[next]}`, [...color, a, b]);
      else if (other[4] !== b || other[5] !== a) {
        seams++;
        for (let k = 0; k < 3; k++) worst = Math.max(worst, Math.abs(color[k] - other[k]));
      }
    }
    expect(seams).toBeGreaterThan(100);
    expect(worst).toBeLessThan(24);
  });

  it('is closed, and has the same faces in both forms', () => {
    const { textured, mesh } = finished;
    expect(problemsOf(inspectMesh(mesh))).toBeUndefined();
    expect(textured!.triangles).toHaveLength(mesh.triangles.length);
    textured!.triangles.forEach((v, corner) => {
      const from = 3 * mesh.triangles[corner];
      for (let k = 0; k < 3; k++) {
        if (textured!.xyz[3 * v + k] !== mesh.xyz[from + k]) expect.unreachable('a corner moved');
        if (textured!.normals[3 * v + k] !== mesh.normals[from + k]) expect.unreachable('a normal changed');
      }
    });
    for (const x of textured!.uv) if (!(x > 0 && x < 1)) expect.unreachable(`a place is at ${x}`);
  });

  it('has a color in each texel', () => {
    const { rgba } = finished.textured!.texture;
    for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) expect.unreachable(`texel ${i / 4} is not painted`);
  });
});

it('paints each texel from its place on the surface', async () => {
  const color: Coloring = (x, y, z) => [128 + 300 * x, 128 + 300 * y, 128 + 300 * (z - Z)];
  const mesh = meshOf(torus(0, 0, Z, 0.2, 0.08), color);
  // The photo shows nothing of it.
  const { textured } = await finishMesh(
    mesh,
    viewOf(pattern, () => false),
    { faces: 8000, texture: 256 },
  );
  const { triangles, xyz, uv } = textured!;
  let worst = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const middle = (of: Float32Array, step: number, axis: number) =>
      [0, 1, 2].reduce((sum, corner) => sum + of[step * triangles[t + corner] + axis] / 3, 0);
    const expected = color(middle(xyz, 3, 0), middle(xyz, 3, 1), middle(xyz, 3, 2));
    const found = lookUp(textured!, middle(uv, 2, 0), middle(uv, 2, 1));
    for (let k = 0; k < 3; k++) worst = Math.max(worst, Math.abs(found[k] - expected[k]));
  }
  expect(worst).toBeLessThan(10);
});

it('does not paint what is hidden behind another part', async () => {
  // The camera sees the small sphere, and the large one around it.
  const field = union(sphere(0, 0, Z - 0.2, 0.06), sphere(0, 0, Z + 0.1, 0.18));
  const green: [number, number, number] = [20, 200, 20];
  const { mesh } = await finishMesh(
    meshOf(field, () => PLAIN),
    viewOf(
      () => green,
      () => true,
    ),
    { faces: 9000, texture: 0 },
  );
  const share = (near: number, far: number) => {
    let [greens, count] = [0, 0];
    for (let v = 0; v < mesh.xyz.length; v += 3) {
      const [x, y, z] = mesh.xyz.subarray(v, v + 3);
      const off = Math.hypot(x / z, y / z);
      if (z > Z + 0.1 || z < Z - 0.1 || off < near || off > far) continue;
      if (mesh.rgb[v] < 60) greens++;
      count++;
    }
    return greens / count;
  };
  // The small sphere hides rays up to a slope of 0.1.
  expect(share(0, 0.06)).toBe(0);
  expect(share(0.13, 0.16)).toBe(1);
});

it('has the same result for the same input', async () => {
  const mesh = meshOf(sphere(0, 0, Z, RADIUS), () => PLAIN);
  const view = viewOf(pattern, hits(RADIUS));
  const once = await finishMesh(mesh, view, { faces: 2000, texture: 128 });
  expect(await finishMesh(mesh, view, { faces: 2000, texture: 128 })).toEqual(once);
});

describe('options', () => {
  const mesh = meshOf(sphere(0, 0, Z, RADIUS), () => PLAIN);
  const view = viewOf(pattern, hits(RADIUS));

  it('leave out the texture', async () => {
    const { textured, mesh: small } = await finishMesh(mesh, view, { faces: 1000, texture: 0 });
    expect(textured).toBeUndefined();
    expect(small.triangles.length / 3).toBeLessThanOrEqual(1000);
  });

  it.each([
    [{ faces: 0, texture: 0 }, /0 faces/],
    [{ faces: 100, texture: 3 }, /3 texels wide/],
  ])('that cannot be are refused', async (options, words) => {
    await expect(finishMesh(mesh, view, options)).rejects.toThrow(words);
  });

  it('stop it', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(finishMesh(mesh, view, { faces: 1000, texture: 128, signal })).rejects.toThrow('enough');
  });

  it('need a photo and a mask of one size', async () => {
    const other = { ...view, mask: new Uint8Array(3) };
    await expect(finishMesh(mesh, other, { faces: 1000, texture: 0 })).rejects.toThrow(
      /a mask of 57344 pixels; these have 229376 and 3/,
    );
  });
});
