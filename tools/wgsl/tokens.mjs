/** WGSL as tokens, comments among them: what the formatter and the check of `Takes` lines read. */

/**
 * @typedef {object} Token
 * @property {'comment' | 'word' | 'number' | 'symbol'} kind
 * @property {string} text
 * @property {number} line of the source, from 1
 * @property {number} breaks line breaks between the token before and this one
 * @property {'open' | 'close' | undefined} template whether `<` or `>` encloses a template list
 */

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/[^\n]*)`,
    String.raw`(?<word>[A-Za-z_]\w*)`,
    String.raw`(?<number>0[xX][\da-fA-F.]+(?:[pP][+-]?\d+)?[iufh]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?)`,
    String.raw`(?<symbol>->|\+\+|--|&&|\|\||<<=|>>=|<<|>>|[-+*/%&|^=!<>]=|[-+*/%&|^=!<>~@(){}[\],;:.])`,
  ].join('|'),
  'y',
);

/** Names before a `<` that opens a template list; before any other it compares. */
const TEMPLATES = /^(?:array|atomic|bitcast|mat[234]x[234]|ptr|texture_\w+|var|vec[234])$/;

/**
 * @param {string} text
 * @returns {Token[]}
 * @throws {Error} at what is no WGSL, or is a block comment
 */
export function tokenize(text) {
  /** @type {Token[]} */
  const tokens = [];
  let templates = 0;
  let line = 1;
  let breaks = 0;
  for (let at = 0; at < text.length;) {
    if (/\s/.test(text[at])) {
      if (text[at] === '\n') breaks++;
      at++;
      continue;
    }
    line += breaks;
    TOKEN.lastIndex = at;
    const groups = text.startsWith('/*', at) ? undefined : TOKEN.exec(text)?.groups;
    if (!groups) throw new Error(`line ${line}: cannot read "${text.slice(at, at + 10)}"; comments start with //`);
    const kind = /** @type {Token['kind']} */ (Object.keys(groups).find((name) => groups[name] !== undefined));
    /** @type {Token['template']} */
    let template;
    let token = groups[kind];
    if (token === '<' && TEMPLATES.test(tokens.at(-1)?.text ?? '')) {
      template = 'open';
      templates++;
    } else if (token.startsWith('>') && templates > 0) {
      // `>>` closes two lists.
      token = '>';
      template = 'close';
      templates--;
    }
    at += token.length;
    tokens.push({ kind, text: token.trimEnd(), line, breaks, template });
    breaks = 0;
  }
  return tokens;
}
