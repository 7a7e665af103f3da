import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** Loads `.wgsl` files as text, as esbuild does for the bundles. */
const wgslAsText = {
  name: 'wgsl-as-text',
  enforce: 'pre' as const,
  load(id: string) {
    if (!id.endsWith('.wgsl')) return undefined;
    return `export default ${JSON.stringify(readFileSync(id, 'utf8'))};`;
  },
};

export default defineConfig({
  plugins: [wgslAsText],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/setup/quietDawn.ts',
    setupFiles: ['test/setup/shortTitles.ts'],
    // Each file owns a device; software adapters use all cores, so two files at once are enough.
    pool: 'forks',
    maxWorkers: 2,
    // Against hanging only: how long a software adapter takes depends on what else the machine does.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
