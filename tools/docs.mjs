/**
 * The API reference in docs/api, from the docstrings: `node tools/docs.mjs`. A page for each entry: what it exports, and the types
 * that these refer to, as its declarations have them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePackages } from './setup/packages.mjs';
import { isProgram, root, runTool } from './setup/process.mjs';

/** @import ts from 'typescript' */
/** @typedef {ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration | ts.FunctionDeclaration | ts.VariableStatement} Declaration */
/** @typedef {{ name: string, anchor: string, node: Declaration, text: string, doc: string, refersTo: string[] }} Entry */

const entries = [
  {
    page: 'node',
    declarations: 'dist/node.d.ts',
    about: '`unflat/node`: the engine in Node. `unflat` is the same there.',
  },
  { page: 'web', declarations: 'dist/web.d.ts', about: '`unflat/web`: the engine in a page or a worker.' },
];

const notice = 'Written by `npm run docs` from the docstrings in `src`.';

/** The pages, without writing them. Exported for tests. @returns {Promise<Record<string, string>>} path -> text */
export async function apiPages() {
  const [{ default: ts }, prettier] = await Promise.all([import('typescript'), import('prettier')]);
  const config = { ...(await prettier.resolveConfig(join(root, 'docs/api/node.md'))), parser: 'markdown' };
  /** @type {Record<string, string>} */
  const pages = {};
  const index = entries.map(({ page, about }) => `- [${page}](${page}.md): ${about}`);
  pages['docs/api/README.md'] = await prettier.format(`# API\n\n${notice}\n\n${index.join('\n')}\n`, config);
  for (const { page, declarations, about } of entries) {
    const text = pageOf(ts, readFileSync(join(root, declarations), 'utf8'));
    pages[`docs/api/${page}.md`] = await prettier.format(`# ${about}\n\n${notice}\n\n${text}`, config);
  }
  return pages;
}

/** @param {ts} ts @param {string} declarations one file that holds all */
function pageOf(ts, declarations) {
  const file = ts.createSourceFile('entry.d.ts', declarations, ts.ScriptTarget.Latest, true);
  const all = collect(ts, file);
  const exported = exportedNames(ts, file).map((name) => /** @type {Entry} */ (all.get(name)));
  const isError = (/** @type {Entry} */ { name, node }) => ts.isClassDeclaration(node) && name.endsWith('Error');
  const isType = (/** @type {Entry} */ { node }) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  const sections = {
    Functions: exported.filter(({ node }) => ts.isFunctionDeclaration(node)),
    Classes: exported.filter((one) => ts.isClassDeclaration(one.node) && !isError(one)),
    Errors: exported.filter(isError),
    Constants: exported.filter(({ node }) => ts.isVariableStatement(node)),
    Types: exported.filter(isType),
    'Types that these refer to': reachable(exported, all),
  };
  const filled = Object.entries(sections).filter(([, list]) => list.length > 0);
  setAnchors(filled.flatMap(([, list]) => list));
  const overview = filled.map(([title, list]) => `- ${title}: ${list.map(link).join(', ')}`);
  const parts = filled.flatMap(([title, list]) => [`## ${title}`, ...list.map((entry) => show(entry, all))]);
  return [overview.join('\n'), ...parts].join('\n\n');
}

/** @param {ts} ts @param {ts.SourceFile} file @returns {Map<string, Entry>} */
function collect(ts, file) {
  /** @type {Map<string, Entry>} */
  const all = new Map();
  for (const node of file.statements) {
    if (
      !ts.isClassDeclaration(node) &&
      !ts.isInterfaceDeclaration(node) &&
      !ts.isTypeAliasDeclaration(node) &&
      !ts.isFunctionDeclaration(node) &&
      !ts.isVariableStatement(node)
    )
      continue;
    const named = ts.isVariableStatement(node) ? node.declarationList.declarations[0] : node;
    const name = /** @type {ts.Identifier} */ (named.name).text;
    const text = declarationText(ts, node);
    // The host's own types, looked up where the declarations are read.
    if (text.includes('typeof globalThis')) continue;
    all.set(name, { name, anchor: '', node, text, doc: docOf(ts, node), refersTo: [] });
  }
  for (const entry of all.values()) {
    const words = new Set(withoutComments(entry.text).match(/\b[A-Za-z]\w*\b/g));
    entry.refersTo = [...words].filter((word) => word !== entry.name && all.has(word)).sort();
  }
  return all;
}

/** @param {ts} ts @param {ts.SourceFile} file @returns {string[]} */
function exportedNames(ts, file) {
  const clauses = file.statements.flatMap((node) => (ts.isExportDeclaration(node) ? [node.exportClause] : []));
  const names = clauses.flatMap((clause) =>
    clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : [],
  );
  return names.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
}

/** @param {Entry[]} exported @param {Map<string, Entry>} all @returns {Entry[]} what is not exported and yet needed, by name */
function reachable(exported, all) {
  const found = new Set(exported);
  for (const entry of found) {
    for (const name of entry.refersTo) found.add(/** @type {Entry} */ (all.get(name)));
  }
  return [...found].slice(exported.length).sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** Without what is private: nobody may use it. @param {ts} ts @param {Declaration} node */
function declarationText(ts, node) {
  if (!ts.isClassDeclaration(node)) return node.getText();
  const isPrivate = (/** @type {ts.ClassElement} */ member) =>
    (member.name && ts.isPrivateIdentifier(member.name)) ||
    (ts.canHaveModifiers(member) &&
      ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword) === true);
  const members = node.members.filter((member) => !isPrivate(member)).map((member) => member.getFullText());
  const head = node.getText().slice(0, node.members.pos - node.getStart());
  return `${head}${members.join('')}\n}`;
}

/** The docstring as Markdown. @param {ts} ts @param {Declaration} node */
function docOf(ts, node) {
  const doc = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  if (!doc) return '';
  const tags = (doc.tags ?? []).map((tag) => {
    const text = ts.getTextOfJSDocComment(tag.comment) ?? '';
    return ts.isJSDocParameterTag(tag)
      ? `- \`${tag.name.getText()}\`: ${text.replace(/^- /, '')}`
      : `- ${tag.tagName.text}: ${text}`;
  });
  return [ts.getTextOfJSDocComment(doc.comment) ?? '', tags.join('\n')].filter(Boolean).join('\n\n');
}

/** @param {string} text */
const withoutComments = (text) => text.replaceAll(/\/\*[^]*?\*\//g, '');

/** Names that differ in capitals alone get numbers, as every site does that shows Markdown. @param {Entry[]} shown in this order */
function setAnchors(shown) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const entry of shown) {
    const plain = entry.name.toLowerCase();
    const before = seen.get(plain) ?? 0;
    entry.anchor = before === 0 ? plain : `${plain}-${before}`;
    seen.set(plain, before + 1);
  }
}

/** @param {Entry} entry */
const link = ({ name, anchor }) => `[${name}](#${anchor})`;

/** @param {Entry} entry @param {Map<string, Entry>} all */
function show({ name, text, doc, refersTo }, all) {
  const links = refersTo.map((other) => link(/** @type {Entry} */ (all.get(other))));
  const more = links.length > 0 ? `Refers to ${links.join(', ')}.` : '';
  return [`### ${name}`, doc, '```ts\n' + text + '\n```', more].filter(Boolean).join('\n\n');
}

if (isProgram(import.meta.url)) {
  await runTool(async () => {
    ensurePackages();
    const { ensureBuild } = await import('./build.mjs');
    await ensureBuild();
    for (const [path, text] of Object.entries(await apiPages())) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return 0;
  });
}
