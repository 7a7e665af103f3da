/** The examples run as they are, on the built package. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { validateBytes } from 'gltf-validator';
import { beforeAll, expect, it } from 'vitest';
import { ensureBuild } from '../../tools/build.mjs';
import { root } from '../../tools/setup/process.mjs';

beforeAll(ensureBuild, 300_000);

it('session.mjs asks one photo three times, streams points, saves a mesh and clones every result', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['examples/session.mjs'], { cwd: root });
  const lines = stdout.trim().split('\n');
  const counts = lines.slice(0, -2).map((line) => Number(/^(\d+) new points$/.exec(line)![1]));
  const [, all, above] = /^(\d+) points; (\d+) of them above 0\.8$/.exec(lines.at(-2)!)!.map(Number);
  expect(counts.length).toBeGreaterThan(1);
  expect(counts.reduce((sum, n) => sum + n)).toBe(all);
  expect(above).toBeGreaterThan(0);
  expect(above).toBeLessThan(all);
  const [, faces, file] = /^(\d+) triangles in (.*)$/.exec(lines.at(-1)!)!;
  const { issues, info } = await validateBytes(await readFile(join(root, file)));
  expect(issues.messages).toEqual([]);
  expect(info.totalTriangleCount).toBe(Number(faces));
}, 120_000);
