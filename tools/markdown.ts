/** Tables in Markdown, formatted as Prettier would, and their places in documents. */

/** @returns a table whose columns are as wide as their widest cell; an empty text without rows */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = [header, ...rows];
  const widths = header.map((_, i) => Math.max(3, ...lines.map((cells) => [...cells[i]].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell + ' '.repeat(widths[i] - [...cell].length)).join(' | ')} |\n`;
  return line(header) + line(widths.map((width) => '-'.repeat(width))) + rows.map(line).join('');
}

/**
 * Puts a text between the two marks in a document that name the command which writes it.
 * @throws Error if the document lacks the marks
 */
export function withMarked(document: string, command: string, text: string): string {
  const [first, last] = [`<!-- Written by ${command} -->`, `<!-- End of what ${command} writes -->`];
  const [start, end] = [document.indexOf(first), document.indexOf(last)];
  if (start < 0 || end < start) throw new Error(`The document needs the lines ${first} and ${last}.`);
  return `${document.slice(0, start + first.length)}\n\n${text}\n${document.slice(end)}`;
}
