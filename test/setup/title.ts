/** Titles of tests: makes those of listed cases, and limits the length of all. */

const MAX_TITLE = 100;

/**
 * @param sizes such as `512 x 512 x 512`
 * @param options the title lists those that are set: a flag by its name, a text as it is
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
