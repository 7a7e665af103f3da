import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backportsSource, backportsSuite, parseOsRelease } from '../../tools/setup/debianSources.mjs';
import { findBrowser } from '../../tools/setup/browser.mjs';
import { firstDifference } from '../../tools/setup/packages.mjs';
import { SetupError } from '../../tools/setup/process.mjs';

describe('the suite with a Mesa that WebGPU accepts', () => {
  const suiteOf = (text: string) => backportsSuite(parseOsRelease(text));

  it('is the backports suite on Debian 12 and what is made from it', () => {
    expect(suiteOf('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n')).toBe('bookworm-backports');
    expect(suiteOf('ID=linuxmint\nVERSION_CODENAME=faye\nDEBIAN_CODENAME=bookworm\n')).toBe('bookworm-backports');
  });

  it('is the own one elsewhere', () => {
    expect(suiteOf('ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n')).toBeUndefined();
    expect(suiteOf("ID=ubuntu\nVERSION_CODENAME='noble'\n")).toBeUndefined();
  });
});

describe('the source of the backports suite', () => {
  const suite = 'bookworm-backports';
  const derive = (path: string, text: string) => backportsSource([{ path, text }], suite);

  it('is not written twice', () => {
    expect(derive('a.list', `deb http://mirror.test/debian ${suite} main\n`)).toBeUndefined();
    expect(
      derive('a.sources', `Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm ${suite}\nComponents: main\n`),
    ).toBeUndefined();
  });

  it('keeps mirror, key and options of a deb822 source', () => {
    const text = [
      '# comment',
      'Types: deb deb-src',
      'URIs: http://mirror.test/debian http://second.test/debian',
      '# between fields',
      'Suites: bookworm bookworm-updates',
      'Components: main contrib',
      'Signed-By:',
      ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
      ' .',
      ' mQINBGPL0BUBEADmW5',
      '',
      'Types: deb',
      'URIs: http://security.test/debian-security',
      'Suites: bookworm-security',
      'Components: main',
      '',
    ].join('\n');
    expect(derive('debian.sources', text)).toEqual({
      name: 'unflat-backports.sources',
      text: [
        'Types: deb',
        'URIs: http://mirror.test/debian',
        `Suites: ${suite}`,
        'Components: main',
        'Signed-By:',
        ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
        ' .',
        ' mQINBGPL0BUBEADmW5',
        '',
      ].join('\n'),
    });
  });

  it('keeps mirror and options of a one-line source', () => {
    const text = 'deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian bookworm main contrib # ours\n';
    expect(derive('sources.list', text)).toEqual({
      name: 'unflat-backports.list',
      text: `deb [arch=amd64 signed-by=/k.gpg] http://mirror.test/debian ${suite} main\n`,
    });
  });

  it.each([
    ['another vendor', 'a.list', 'deb http://vendor.test bookworm main\n'],
    ['another component', 'a.list', 'deb http://vendor.test/linux/debian bookworm stable\n'],
    ['a comment', 'a.list', '# deb http://mirror.test/debian bookworm main\n'],
    ['a disc', 'a.list', 'deb cdrom:[Debian]/ bookworm main\n'],
    [
      'a disabled one',
      'a.sources',
      'Enabled: no\nTypes: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\n',
    ],
  ])('is not derived from %s, but is then the standard one', (_, path, text) => {
    expect(derive(path, text)?.text).toContain('URIs: http://deb.debian.org/debian\nSuites: bookworm-backports\n');
  });
});

describe('npm packages', () => {
  const lock = (packages: Record<string, { version?: string; integrity?: string; optional?: boolean }>) => ({
    packages,
  });
  const a = { version: '1.0.0', integrity: 'sha512-a' };

  it('are current when the record equals the lock, but for packages of other platforms', () => {
    const wanted = lock({ '': {}, 'node_modules/a': a, 'node_modules/b': { ...a, optional: true } });
    expect(firstDifference(wanted, lock({ 'node_modules/a': a }))).toBeUndefined();
  });

  it.each([
    ['missing', {}, /node_modules\/a is missing/],
    ['of another version', { 'node_modules/a': { ...a, version: '2.0.0' } }, /is 2\.0\.0, .* asks for 1\.0\.0/],
    ['of another content', { 'node_modules/a': { ...a, integrity: 'sha512-b' } }, /node_modules\/a is/],
    ['more', { 'node_modules/a': a, 'node_modules/c': a }, /node_modules\/c is not in/],
  ])('are stale when one is %s', (_, installed, reason) => {
    expect(firstDifference(lock({ '': {}, 'node_modules/a': a }), lock(installed))).toMatch(reason);
  });
});

describe('the browser', () => {
  let folder: string;
  const program = (name: string, text = '#!/bin/sh\n') => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o755);
    return path;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unflat-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is the chosen one', () => {
    const path = program('mine');
    expect(findBrowser({ UNFLAT_CHROMIUM: path, PATH: '/nowhere' })).toBe(path);
  });

  it('must exist when it is chosen', () => {
    expect(() => findBrowser({ UNFLAT_CHROMIUM: join(folder, 'absent') })).toThrow(SetupError);
    expect(() => findBrowser({ UNFLAT_CHROMIUM: folder })).toThrow(/is no program/);
  });

  it('is found in PATH, unless it only asks for a snap', () => {
    program('chromium', '#!/bin/sh\nexec /snap/bin/chromium "$@"\n');
    const chrome = program('google-chrome');
    expect(findBrowser({ PATH: ['/nowhere', folder].join(delimiter) })).toBe(chrome);
  });
});
