/**
 * The rule of exports, as a function over a tree of files: the project itself imports every value that it exports. The comment of
 * a value that only tests import says so. Types are exempt: they belong to the signatures that use them.
 */
import { dirname, posix } from 'node:path';
import ts from 'typescript';
import type { Tree } from './layoutRules.ts';

/** Files whose exports users, or bundles that are loaded at run time, take. */
const entries = ['src/node.ts', 'src/web.ts', 'src/worker.ts', 'tools/bench.ts'];

/** How a declaration says that it is exported for tests. */
const MARK = /\bfor (its )?tests\b/i;

interface Exported {
  readonly name: string;
  /** Its declaration's comment says that tests take it. */
  readonly marked: boolean;
}

/** @returns one line per export that nobody takes, and per export that only tests take without saying so */
export function unusedExports(tree: Tree): string[] {
  const sources = new Map(
    [...tree]
      .filter(([path]) => /\.(tsx?|mjs)$/.test(path) && !path.endsWith('.d.ts'))
      .map(([path, text]) => [path, ts.createSourceFile(path, text, ts.ScriptTarget.Latest)] as const),
  );
  const takers = new Map<string, Set<string>>();
  for (const [path, source] of sources) {
    for (const taken of takenBy(path, source)) {
      for (const place of placesOf(taken.file, taken.name, sources)) {
        takers.set(place, (takers.get(place) ?? new Set()).add(path));
      }
    }
  }
  return [...sources].flatMap(([path, source]) => {
    // References of kernels are there for tests.
    if (path.startsWith('test/') || entries.includes(path) || path.endsWith('.ref.ts')) return [];
    return exportsOf(source).flatMap(({ name, marked }) => {
      const by = [...(takers.get(`${path} ${name}`) ?? [])];
      if (by.some((taker) => !taker.startsWith('test/'))) return [];
      if (by.length === 0) return [`${path} exports ${name}, which nobody imports: remove it, or the word export`];
      return marked ? [] : [`${path} exports ${name} for tests alone: remove it, or let its comment say "For tests"`];
    });
  });
}

/** Values that a file declares and exports. Errors are free: callers may want to recognize them. */
function exportsOf(source: ts.SourceFile): Exported[] {
  return source.statements.flatMap((statement): Exported[] => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    const comments = ts.getLeadingCommentRanges(source.text, statement.pos) ?? [];
    const marked = comments.some(({ pos, end }) => MARK.test(source.text.slice(pos, end)));
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations
        .filter(({ name }) => ts.isIdentifier(name))
        .map(({ name }) => ({ name: name.getText(source), marked }));
    }
    const isValue = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement);
    if (!isValue || !statement.name || statement.name.text.endsWith('Error')) return [];
    return [{ name: statement.name.text, marked }];
  });
}

interface Taken {
  readonly file: string;
  /** `*` stands for everything. */
  readonly name: string;
}

/** What a file imports from others, member by member where it imports a whole namespace. */
function takenBy(path: string, source: ts.SourceFile): Taken[] {
  const taken: Taken[] = [];
  const resolve = (name: string): string | undefined =>
    name.startsWith('.') ? posix.join(dirname(path), name) : undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const file = resolve((node.moduleSpecifier as ts.StringLiteral).text);
      const bindings = node.importClause?.namedBindings;
      if (file && bindings && ts.isNamedImports(bindings)) {
        for (const { name, propertyName } of bindings.elements) taken.push({ file, name: (propertyName ?? name).text });
      } else if (file && bindings && ts.isNamespaceImport(bindings)) {
        for (const name of membersOf(bindings.name.text, source.text)) taken.push({ file, name });
      }
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && entries.includes(path)) {
      // What an entry passes on is for users.
      const file = resolve((node.moduleSpecifier as ts.StringLiteral).text);
      const clause = node.exportClause;
      const names = clause && ts.isNamedExports(clause) ? clause.elements : [];
      if (file) taken.push(...names.map(({ name, propertyName }) => ({ file, name: (propertyName ?? name).text })));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      const file = argument && ts.isStringLiteral(argument) ? resolve(argument.text) : undefined;
      if (file) taken.push({ file, name: '*' });
    }
    // Imports at run time may stand anywhere, the others only at the top.
    if (node === source || source.text.includes('import(')) ts.forEachChild(node, visit);
  };
  visit(source);
  return taken;
}

/** Names that follow `object.` anywhere in the text. */
const membersOf = (object: string, text: string): string[] =>
  [...text.matchAll(new RegExp(`\\b${object}\\.(\\w+)`, 'g'))].map(([, name]) => name);

/** Where a name of a file is declared, as `file name`: files that pass it on are followed. */
function placesOf(file: string, name: string, sources: ReadonlyMap<string, ts.SourceFile>): string[] {
  const source = sources.get(file);
  if (!source) return [];
  const own = name === '*' ? exportsOf(source).map((one) => one.name) : [name];
  const places = own.map((one) => `${file} ${one}`);
  for (const statement of source.statements) {
    if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) continue;
    const from = posix.join(dirname(file), (statement.moduleSpecifier as ts.StringLiteral).text);
    const clause = statement.exportClause;
    if (!clause) places.push(...placesOf(from, name, sources));
    else if (ts.isNamedExports(clause)) {
      for (const { name: as, propertyName } of clause.elements) {
        if (as.text === name || name === '*') places.push(...placesOf(from, (propertyName ?? as).text, sources));
      }
    } else if (clause.name.text === name || name === '*') places.push(...placesOf(from, '*', sources));
  }
  return places;
}
