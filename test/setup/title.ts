/** Titles of tests: how those over a list of cases are made, and how long any may be. */

const MAX_TITLE = 100;

/**
 * @param sizes as people write them, `512 x 512 x 512`
 * @param options those that are set follow: a flag by its name, a text by itself
 */
export function titleOf(sizes: string, options: Readonly<Record<string, boolean | string | undefined>> = {}): string {
  const set = Object.entries(options).filter(([, value]) => value);
  return [sizes, ...set.map(([name, value]) => (value === true ? name : value))].join(', ');
}

/** Whole specifications in a terminal hide what failed. @throws Error if a title does not fit a line */
export function expectShortTitle(title: string): void {
  if (title.length <= MAX_TITLE) return;
  throw new Error(
    `A title of ${title.length} characters, ${MAX_TITLE} is the limit: ${title.slice(0, MAX_TITLE)}... ` +
      'Name the case instead of printing it.',
  );
}
