/**
 * The layout of WGSL: two spaces per open bracket, spaces around binary operators and after commas, one statement a line, a
 * blank line around functions and structs, at most one elsewhere. Line breaks inside a statement are the author's.
 * No token changes, comments included. A line that is too long is reported and not broken.
 */
import { tokenize } from './tokens.mjs';

/** @typedef {import('./tokens.mjs').Token} Token */

/**
 * @typedef {object} Bracket one that is open
 * @property {string} text
 * @property {number} indent of the line that opened it
 * @property {boolean} inline whether what it holds stays on that line
 */

const COLUMNS = 120;

/** Words that an operand or a bracket follows after a space. */
const KEYWORDS = new Set(['case', 'else', 'for', 'if', 'return', 'switch', 'while']);
const CLOSER = /^[)\]}]$/;
const ENDS_STATEMENT = /^[;{}]$/;

/** @param {Token} token */
const opens = ({ text, template }) => /^[([{]$/.test(text) || template === 'open';

/** @param {Token} token */
const closes = ({ text, template }) => CLOSER.test(text) || template === 'close';

/**
 * @param {string} text
 * @returns {string} the same tokens with the spaces and line breaks that they should have
 */
export function format(text) {
  const tokens = tokenize(text);
  /** @type {Bracket[]} */
  const open = [];
  let indent = 0;
  let out = '';
  for (const [i, token] of tokens.entries()) {
    const inner = open.at(-1);
    const breaks = i === 0 ? 0 : lineBreaks(tokens, i, open);
    if (breaks > 0) {
      const base = inner?.indent ?? 0;
      indent = inner && closes(token) ? base : base + (inner ? 2 : 0) + (continues(tokens, i) ? 2 : 0);
      out += '\n'.repeat(breaks) + ' '.repeat(indent);
    } else if (i > 0 && hasSpace(tokens, i)) {
      out += ' ';
    }
    out += token.text;
    if (opens(token)) open.push({ text: token.text, indent, inline: isInline(tokens, i) });
    if (closes(token)) open.pop();
  }
  return out === '' ? '' : `${out}\n`;
}

/**
 * @param {string} text
 * @returns {string[]} a sentence for each fault; none if `format` changes nothing and every line fits
 */
export function layoutFaults(text) {
  const lines = text.split('\n');
  const wanted = format(text).split('\n');
  const long = lines.flatMap((line, i) =>
    line.length > COLUMNS ? [`line ${i + 1} has ${line.length} columns, ${COLUMNS} is the limit: break it`] : [],
  );
  const count = Math.max(lines.length, wanted.length);
  const first = Array.from({ length: count }, (_, i) => i).find((i) => lines[i] !== wanted[i]);
  return first === undefined ? long : [`line ${first + 1} is not formatted: run npm run format`, ...long];
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @param {Bracket[]} open
 * @returns {number} line breaks before token i: 2 make a blank line
 */
function lineBreaks(tokens, i, open) {
  const [before, token] = [tokens[i - 1], tokens[i]];
  const inner = open.at(-1);
  const inParens = inner !== undefined && inner.text !== '{';
  if (token.kind === 'comment' && token.breaks === 0) return 0;
  if (before.kind !== 'comment') {
    if (inner?.inline || token.text === '{' || (before.text === '}' && token.text === 'else')) return 0;
    const ends = ENDS_STATEMENT.test(before.text) || (before.text === ',' && inner?.text === '{') || token.text === '}';
    if (token.breaks === 0 && (inParens || !ends)) return 0;
  }
  if (inParens || before.text === '{' || token.text === '}') return 1;
  if (token.breaks > 1) return 2;
  const attached = before.kind === 'comment' && (i === 1 || before.breaks > 0);
  return open.length === 0 && !attached && (before.text === '}' || startsBlock(tokens, i)) ? 2 : 1;
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {number} the index after the comments and attributes that begin at token i
 */
function afterAttributes(tokens, i) {
  for (;;) {
    if (tokens[i]?.kind === 'comment') {
      i++;
    } else if (tokens[i]?.text === '@') {
      i += 2;
      if (tokens[i]?.text === '(') i = closing(tokens, i) + 1;
    } else {
      return i;
    }
  }
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {boolean} whether a function or struct begins at token i, or a comment or attribute of one
 */
const startsBlock = (tokens, i) =>
  statementStart(tokens, i) === i && /^(?:fn|struct)$/.test(tokens[afterAttributes(tokens, i)]?.text ?? '');

/**
 * @param {Token[]} tokens
 * @param {number} i an opening bracket
 * @returns {number} the index of the bracket that closes it
 */
function closing(tokens, i) {
  for (let at = i, depth = 0; at < tokens.length; at++) {
    if (opens(tokens[at])) depth++;
    if (closes(tokens[at]) && --depth === 0) return at;
  }
  throw new Error(`line ${tokens[i].line}: "${tokens[i].text}" is not closed`);
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {number} the index of the first token of the statement that holds token i
 */
function statementStart(tokens, i) {
  while (i > 0 && tokens[i - 1].kind !== 'comment' && !ENDS_STATEMENT.test(tokens[i - 1].text)) i--;
  return i;
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {boolean} whether token i begins a line inside a statement or an element of a list
 */
function continues(tokens, i) {
  let before = i - 1;
  while (before >= 0 && tokens[before].kind === 'comment') before--;
  if (tokens[i].kind === 'comment' || before < 0) return false;
  if (ENDS_STATEMENT.test(tokens[before].text) || /^[([,]$/.test(tokens[before].text)) return false;
  return afterAttributes(tokens, statementStart(tokens, before)) < i;
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {boolean} whether token i opens the block of a `case` that holds one statement and stands on one line
 */
function isInline(tokens, i) {
  if (tokens[i].text !== '{' || !/^(?:case|default)$/.test(tokens[statementStart(tokens, i)].text)) return false;
  const held = tokens.slice(i + 1, closing(tokens, i) + 1);
  const statements = held.filter(({ text }) => text === ';').length;
  return statements === 1 && held.every(({ kind, breaks, text }) => breaks === 0 && kind !== 'comment' && text !== '{');
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {boolean} whether token i is an operator before its one operand
 */
function isPrefix(tokens, i) {
  const { text, template } = tokens[i];
  if (text === '!' || text === '~') return true;
  if (!/^[-*&]$/.test(text)) return false;
  const before = tokens[i - 1];
  if (!before || before.kind === 'number') return !before;
  if (before.kind === 'word') return KEYWORDS.has(before.text);
  return before.template !== 'close' && template === undefined && !/^[)\]]$/.test(before.text);
}

/**
 * @param {Token[]} tokens
 * @param {number} i
 * @returns {boolean} whether a space separates token i from the one before, on one line
 */
function hasSpace(tokens, i) {
  const [before, token] = [tokens[i - 1], tokens[i]];
  if (token.kind === 'comment') return true;
  if (/^(?:[)\],;:.]|\+\+|--)$/.test(token.text) || token.template) return false;
  if (/^[([@.]$/.test(before.text) || before.template === 'open' || isPrefix(tokens, i - 1)) return false;
  if (!/^[([]$/.test(token.text)) return true;
  const isCallee = before.kind === 'word' ? !KEYWORDS.has(before.text) : before.template === 'close';
  return !isCallee && !(token.text === '[' && CLOSER.test(before.text));
}
