import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { weightsFolder } from '../../src/host/node/cache.ts';

describe('the folder of checkpoints', () => {
  const home = '/home/someone';
  it.each([
    ['linux', {}, [home, '.cache', 'unflat', 'weights']],
    ['linux', { XDG_CACHE_HOME: '/fast/cache' }, ['/fast/cache', 'unflat', 'weights']],
    ['linux', { XDG_CACHE_HOME: 'relative' }, [home, '.cache', 'unflat', 'weights']],
    ['darwin', { XDG_CACHE_HOME: '/fast/cache' }, [home, 'Library', 'Caches', 'unflat', 'weights']],
    ['win32', { LOCALAPPDATA: '/local' }, ['/local', 'unflat', 'weights']],
    ['win32', {}, [home, 'AppData', 'Local', 'unflat', 'weights']],
    ['darwin', { UNFLAT_CACHE: '/mine' }, ['/mine', 'weights']],
  ] as const)('on %s with %j', (platform, env, expected) => {
    expect(weightsFolder(undefined, { platform, env, home })).toBe(join(...expected));
  });

  it('is the one that was named', () => {
    expect(weightsFolder('/named', { platform: 'linux', env: { UNFLAT_CACHE: '/mine' }, home })).toBe('/named');
  });
});
