/**
 * What a WGSL file takes from the texts that it is joined with. Each such name stands in the file's first comment:
 *
 *     // Takes: workgroupSum, workgroupMax (shared/reduce.wgsl); Stored (shared/elements.*.wgsl); params.rows (the kernel).
 *
 * In parentheses stands who gives the names: a file in src/kernels, all files that a `*` stands for, or `the kernel`,
 * whichever one the file is joined with. Of `params`, the fields are named.
 */
import { isBuiltin } from './names.mjs';
import { tokenize } from './tokens.mjs';

/** @typedef {import('./tokens.mjs').Token} Token */

const HEADER = /^(?:\/\/[^\n]*\n)*/;
const LINE = /^\/\/ Takes:.*$/gm;
const NAME = String.raw`[A-Za-z_][\w.]*`;
const GROUP = String.raw`${NAME}(?:, ${NAME})* \([^)]+\)`;
const FORM = new RegExp(String.raw`^\/\/ Takes: ${GROUP}(?:; ${GROUP})*\.$`);

/**
 * @param {ReadonlyMap<string, string>} files texts of WGSL files, by their path in src/kernels
 * @returns {string[]} a sentence for each name that a `Takes` line lacks, has for nothing, or expects of the wrong file
 */
export function takesFaults(files) {
  const known = new Map([...files].map(([path, text]) => [path, namesOf(text)]));
  return [...files].flatMap(([path, text]) => {
    const lines = (HEADER.exec(text)?.[0] ?? '').match(LINE) ?? [];
    const misfit = lines.find((line) => !FORM.test(line));
    if (misfit) return [`${path}: cannot read "${misfit}"; write // Takes: a, b (file.wgsl); c (the kernel).`];
    const { taken } = /** @type {ReturnType<typeof namesOf>} */ (known.get(path));
    const named = lines.flatMap(groupsOf);
    const all = named.map(({ name }) => name);
    return [
      ...[...taken].filter((name) => !all.includes(name)).map((name) => `no line "// Takes:" names ${name}`),
      ...all.filter((name) => !taken.has(name)).map((name) => `takes ${name}, which it does not use or has itself`),
      ...all.filter((name, i) => all.indexOf(name) < i).map((name) => `takes ${name} twice`),
      ...named.flatMap(({ name, giver }) => missingGivers(name, giver, path, known)),
    ].map((fault) => `${path}: ${fault}`);
  });
}

/**
 * @param {string} line
 * @returns {{ name: string, giver: string }[]}
 */
const groupsOf = (line) =>
  [...line.matchAll(new RegExp(String.raw`(${NAME}(?:, ${NAME})*) \(([^)]+)\)`, 'g'))].flatMap(([, names, giver]) =>
    names.split(', ').map((name) => ({ name, giver })),
  );

/**
 * @param {string} name
 * @param {string} giver
 * @param {string} path of the file that takes the name
 * @param {ReadonlyMap<string, ReturnType<typeof namesOf>>} known
 * @returns {string[]}
 */
function missingGivers(name, giver, path, known) {
  const others = [...known].filter(([other]) => other !== path);
  if (giver === 'the kernel') {
    const given = others.some(([, { declared }]) => declared.has(name));
    return given ? [] : [`takes ${name} from the kernel, but no kernel has it`];
  }
  const pattern = new RegExp(`^${giver.replaceAll('.', '[.]').replaceAll('*', '[^/]*')}$`);
  const givers = others.filter(([other]) => pattern.test(other));
  if (givers.length === 0) return [`takes ${name} from ${giver}, which is no file in src/kernels`];
  return givers
    .filter(([, { declared }]) => !declared.has(name))
    .map(([other]) => `takes ${name} from ${giver}, but ${other} does not have it`);
}

/**
 * @param {string} text
 * @returns {{ declared: Set<string>, taken: Set<string> }} what a text declares for others, and what it uses of others;
 *   the field `a` of `struct Params` is `params.a`
 */
function namesOf(text) {
  const tokens = tokenize(text).filter(({ kind }) => kind !== 'comment');
  const parts = topLevel(tokens);
  const declared = new Set(parts.flatMap(declaredBy));
  const taken = parts.flatMap((part) => {
    const locals = part.some(({ text }) => text === 'fn') ? localsOf(part) : new Set();
    return part.flatMap((token, i) => {
      const [before, after] = [part[i - 1]?.text ?? '', part[i + 1]?.text ?? ''];
      const isMember = before === '.' || (after === ':' && before !== 'case');
      if (token.kind !== 'word' || isMember || before === '@' || isBuiltin(token.text)) return [];
      if (part[0].text === 'enable' || (before === '(' && part[i - 2].text === 'builtin')) return [];
      if (locals.has(token.text) || declared.has(token.text)) return [];
      return token.text === 'params' && after === '.' ? `params.${part[i + 2].text}` : token.text;
    });
  });
  return { declared, taken: new Set(taken) };
}

/**
 * @param {Token[]} tokens
 * @returns {Token[][]} the declarations, each with its attributes
 */
function topLevel(tokens) {
  /** @type {Token[][]} */
  const parts = [[]];
  let depth = 0;
  for (const token of tokens) {
    parts[parts.length - 1].push(token);
    if (token.text === '{') depth++;
    if (token.text === '}') depth--;
    if (depth === 0 && (token.text === ';' || token.text === '}')) parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}

/**
 * @param {Token[]} part a declaration
 * @returns {string[]} its name, and the fields if it is `struct Params`
 */
function declaredBy(part) {
  const at = part.findIndex(({ text }) => /^(?:alias|const|fn|override|struct|var)$/.test(text));
  if (at < 0) return [];
  const name = nameAfter(part, at);
  if (part[at].text !== 'struct' || name !== 'Params') return [name];
  const fields = part.filter((token, i) => token.kind === 'word' && part[i + 1]?.text === ':');
  return [name, ...fields.map(({ text }) => `params.${text}`)];
}

/**
 * @param {Token[]} part a function
 * @returns {Set<string>} its parameters, variables and constants
 */
const localsOf = (part) =>
  new Set(
    part.flatMap((token, i) => {
      if (/^(?:const|let|var)$/.test(token.text)) return nameAfter(part, i);
      return token.kind === 'word' && part[i + 1]?.text === ':' ? token.text : [];
    }),
  );

/**
 * @param {Token[]} part
 * @param {number} i a keyword that declares
 * @returns {string} the declared name, which follows it or its template list
 */
function nameAfter(part, i) {
  const list =
    part[i + 1].template === 'open' ? part.findIndex(({ template }, at) => at > i && template === 'close') : i;
  return part[list + 1].text;
}
