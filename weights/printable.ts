/** Text from files in messages. A file may hold anything: commands to a terminal, megabytes, values nested without end. */

/** What a terminal takes for commands, or what turns the direction of writing: all but the end of a line. */
const UNPRINTABLE =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A text with escapes in place of control characters, cut off after `most` characters. */
export function printable(text: string, most = 2000): string {
  const cut = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
  return cut.replace(UNPRINTABLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Items of a list, and levels of lists, that are shown of a value. */
const [ITEMS, LEVELS] = [8, 2];
const CHARACTERS = 100;

/** A value from JSON in a few words, however large or deep it is. */
export function showValue(value: unknown, levels = LEVELS): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, CHARACTERS));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return `${value}`;
  if (!Array.isArray(value)) return 'an object';
  if (levels === 0) return 'a list';
  const more = value.length > ITEMS ? ', …' : '';
  return `[${value
    .slice(0, ITEMS)
    .map((item) => showValue(item, levels - 1))
    .join(', ')}${more}]`;
}
