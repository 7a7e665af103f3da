/** Dependencies: what they may run at installation, and that the lock file pins each of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../tools/setup/process.mjs';

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: true;
  readonly link?: true;
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
const dependencies = Object.entries(packages).filter(([path]) => path !== '');

/** Packages that run a program when they are installed, and why that is accepted. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'node_modules/esbuild': 'for the build alone: checks that its program for this platform runs',
  'node_modules/exifreader': 'makes smaller builds of itself where a package asks for one, which this one does not',
  'node_modules/webgpu': 'unpacks the library of Dawn for this platform',
};

it('run no program at installation but those that are listed with a reason', () => {
  const found = dependencies.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path);
  expect(found.sort()).toEqual(Object.keys(SCRIPTS).sort());
});

it('are pinned by content, and come from no address of their own', () => {
  expect(dependencies.length).toBeGreaterThan(100);
  expect(dependencies.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual(
    [],
  );
  expect(dependencies.filter(([, { resolved, link }]) => resolved !== undefined || link)).toEqual([]);
});
