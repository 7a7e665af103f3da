/** Layout and `Takes` lines of all WGSL: `node tools/wgsl.mjs [--write]`; with `--write` it repairs the layout first. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool, SetupError } from './setup/process.mjs';
import { format, layoutFaults } from './wgsl/format.mjs';
import { takesFaults } from './wgsl/takes.mjs';

const KERNELS = 'src/kernels/';

await runTool(async () => {
  const texts = readAll();
  if (process.argv.includes('--write')) writeFormatted(texts);
  // A `Takes` line names files by their path in src/kernels.
  const kernels = [...texts].filter(([path]) => path.startsWith(KERNELS));
  const taken = takesFaults(new Map(kernels.map(([path, text]) => [path.slice(KERNELS.length), text])));
  const faults = [
    ...[...texts].flatMap(([path, text]) => layoutFaults(text).map((fault) => `${path}: ${fault}`)),
    ...taken.map((fault) => `${KERNELS}${fault}`),
  ];
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  return faults.length === 0 ? 0 : 1;
});

/**
 * @returns {Map<string, string>} the text of each WGSL file, by its path in the repository
 * @throws {SetupError} naming the file that is no WGSL
 */
function readAll() {
  const paths = ['src', 'tools', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.wgsl'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  return new Map(
    paths.sort().map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      try {
        format(text);
      } catch (error) {
        throw new SetupError(`${path}, ${error instanceof Error ? error.message : String(error)}`);
      }
      return [path, text];
    }),
  );
}

/** @param {Map<string, string>} texts by path; brought up to date */
function writeFormatted(texts) {
  for (const [path, text] of texts) {
    const formatted = format(text);
    if (formatted === text) continue;
    writeFileSync(join(root, path), formatted);
    texts.set(path, formatted);
  }
}
