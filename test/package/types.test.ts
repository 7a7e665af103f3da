/** Types of the entries, in strict projects of many kinds, which also check the declarations of libraries. */
import { basename, join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture, root } from '../../tools/setup/process.mjs';
import { installPacked, type Project } from '../setup/packed.ts';

let project: Project;
beforeAll(async () => {
  project = await installPacked();
  await project.write('node.ts', usesNode('unflat/node'));
  await project.write('web.ts', usesWeb('unflat/web'));
  await project.write('main.ts', usesNode('unflat'));
  await project.write('browserMain.ts', usesWeb('unflat'));
}, 120_000);
afterAll(() => project?.remove());

/** Options tell the entries apart: each host has some that the other one lacks. */
const usesNode = (entry: string) => uses(entry, "weightsDir: '/weights'", "tinyUrl: '/tiny/'");
const usesWeb = (entry: string) => uses(entry, "tinyUrl: '/tiny/'", "weightsDir: '/weights'");

const uses = (entry: string, right: string, wrong: string) => `
  import { createEngine, UserError, type EngineOptions } from '${entry}';
  const options: EngineOptions = { ${right}, weights: 'tiny', onProgress: ({ stage }) => stage.length };
  // @ts-expect-error: the other host's
  const others: EngineOptions = { ${wrong} };
  export const engine = createEngine({ ...options, ...others, signal: new AbortController().signal });
  // @ts-expect-error: wrong type
  export const none = createEngine({ weights: 7 });
  export const hint = (error: unknown): string | undefined => (error instanceof UserError ? error.hint : undefined);
`;

/** @returns what the compiler says of a project; options as tsconfig.json has them */
type Errors = (files: string[], options: object) => Promise<string>;

/** TypeScript 7 is a program; it takes a second. */
const errorsOf7: Errors = async (files, options) => {
  await project.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }));
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const { status, stdout, stderr } = capture(process.execPath, [compiler, '-p', project.folder, '--pretty', 'false']);
  return status === 0 ? '' : stdout + stderr || `status ${status}`;
};

/** As a program, TypeScript 5.9 takes ten seconds, most of them for libraries that are not ours. */
const errorsOf59: Errors = (files, options) => {
  const json = { ...STRICT, ...options };
  const { options: parsed, errors } = ts.convertCompilerOptionsFromJson(json, project.folder);
  const host = ts.createCompilerHost(parsed);
  const { getSourceFile } = host;
  host.getCurrentDirectory = () => project.folder;
  host.getSourceFile = (name, target, ...rest) => {
    if (!basename(name).startsWith('lib.')) return getSourceFile(name, target, ...rest);
    const key = `${name} ${parsed.module}`;
    const known = libraries.get(key) ?? getSourceFile(name, target, ...rest);
    libraries.set(key, known);
    return known;
  };
  const program = ts.createProgram(
    files.map((name) => join(project.folder, name)),
    parsed,
    host,
  );
  const isOurs = ({ fileName }: ts.SourceFile) => fileName.startsWith(project.folder) && !fileName.includes('@');
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program
      .getSourceFiles()
      .filter(isOurs)
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
  ];
  return Promise.resolve(ts.formatDiagnostics(found, host));
};
const libraries = new Map<string, ts.SourceFile | undefined>();

const STRICT = { noEmit: true, strict: true, skipLibCheck: false, target: 'es2022' } as const;
const NODE_NEXT: object = { module: 'nodenext', moduleResolution: 'nodenext' };
const BUNDLER: object = { module: 'esnext', moduleResolution: 'bundler' };
const DOM: object = { lib: ['es2022', 'dom', 'dom.iterable'] };
const NO_DOM: object = { lib: ['es2022'], types: ['node'] };

describe.each([
  ['5.9', errorsOf59],
  ['7', errorsOf7],
])('with TypeScript %s', (_version, errorsOf) => {
  it.each([
    ['NodeNext, the DOM and Node', { ...NODE_NEXT, ...DOM, types: ['node'] }],
    ['NodeNext without the DOM', { ...NODE_NEXT, ...NO_DOM }],
    ['bundler, the DOM', { ...BUNDLER, ...DOM, types: [] }],
    ['bundler without the DOM', { ...BUNDLER, ...NO_DOM }],
  ])('compile under %s', async (_, options) => {
    expect(await errorsOf(['node.ts', 'web.ts', 'main.ts'], options)).toBe('');
  });

  it('are checked at all', async () => {
    await project.write('node_modules/broken/index.d.ts', 'export declare const device: NoSuchType;');
    await project.write('broken.ts', "export { device } from 'broken';");
    expect(await errorsOf(['broken.ts'], { ...BUNDLER, ...DOM, types: [] })).toContain('NoSuchType');
  });

  it('are those of the web under "." where a project says that it is for browsers', async () => {
    const options = { ...BUNDLER, ...DOM, types: [], customConditions: ['browser'] };
    expect(await errorsOf(['browserMain.ts', 'web.ts'], options)).toBe('');
    expect(await errorsOf(['main.ts'], options)).toContain('main.ts');
  });
});

describe('with TypeScript 5.9', () => {
  it('compile beside @webgpu/types', async () => {
    const options = { ...BUNDLER, ...DOM, types: ['@webgpu/types'] };
    expect(await errorsOf59(['web.ts', 'main.ts'], options)).toBe('');
  });

  it('compile where exports of packages are not known yet', async () => {
    const options = { module: 'esnext', moduleResolution: 'node10', ...DOM, types: ['node'] };
    expect(await errorsOf59(['node.ts', 'web.ts', 'main.ts'], options)).toBe('');
  });
});
