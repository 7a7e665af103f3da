/** Reads apt's source files and derives the entry of the backports suite from the machine's own mirror. Pure text. */

/**
 * @typedef {{ path: string, text: string }} SourceFile a file below /etc/apt: deb822 when its name ends in .sources
 * @typedef {{ uris: string[], suites: string[], components: string[],
 *   derive: (suite: string) => { name: string, text: string } }} Source
 */

/** @param {string} text of /etc/os-release @returns {Record<string, string>} */
export function parseOsRelease(text) {
  const pairs = text.matchAll(/^([A-Z_]+)=(["']?)(.*)\2$/gm);
  return Object.fromEntries(Array.from(pairs, ([, name, , value]) => [name, value]));
}

/**
 * The suite whose Mesa WebGPU accepts. Debian 12 itself has 22.3, which lacks dynamic indexing of sampled images; later
 * releases are new enough.
 * @param {Record<string, string>} osRelease
 * @returns {string | undefined} undefined if the release's own suite is new enough
 */
export function backportsSuite(osRelease) {
  const codename = osRelease.DEBIAN_CODENAME ?? osRelease.VERSION_CODENAME;
  return codename === 'bookworm' ? 'bookworm-backports' : undefined;
}

/**
 * The source file to write so that apt knows `suite`.
 * @param {SourceFile[]} files
 * @param {string} suite such as bookworm-backports
 * @returns {{ name: string, text: string } | undefined} undefined when a file has the suite already
 */
export function backportsSource(files, suite) {
  const sources = files.flatMap(({ path, text }) =>
    path.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text),
  );
  if (sources.some(({ suites }) => suites.includes(suite))) return undefined;
  const release = suite.replace(/-backports$/, '');
  // Other vendors name suites after Debian's releases too; the archive's path tells Debian's own mirrors.
  const mirror = sources.find(
    ({ uris, suites, components }) =>
      suites.includes(release) && components.includes('main') && uris.some((uri) => /debian/i.test(uri)),
  );
  return (mirror ?? standardMirror).derive(suite);
}

/** What a Debian without any configured mirror would use. */
const standardMirror = parseDeb822(
  [
    'Types: deb',
    'URIs: http://deb.debian.org/debian',
    'Suites: any',
    'Components: main',
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
  ].join('\n'),
)[0];

/** @param {string} text @returns {Source[]} */
function parseDeb822(text) {
  const stanzas = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  return stanzas.flatMap((stanza) => {
    // A field ends where the next line starts without white space: Signed-By may hold a whole key.
    const fields = new Map(
      Array.from(stanza.matchAll(/^([A-Za-z][\w-]*):((?:.*)(?:\n[ \t].*)*)/gm), ([, name, value]) => [name, value]),
    );
    /** @param {string} name */
    const words = (name) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean);
    if (!words('Types').includes('deb') || /^\s*no\s*$/i.test(fields.get('Enabled') ?? '')) return [];
    const uris = withoutDiscs(words('URIs'));
    if (uris.length === 0) return [];
    /** @param {string} suite */
    const derive = (suite) => {
      fields.set('Types', ' deb').set('URIs', ` ${uris[0]}`).set('Suites', ` ${suite}`).set('Components', ' main');
      const lines = Array.from(fields, ([name, value]) => `${name}:${value.trimEnd()}\n`);
      return { name: 'unflat-backports.sources', text: lines.join('') };
    };
    return [{ uris, suites: words('Suites'), components: words('Components'), derive }];
  });
}

/** @param {string} text @returns {Source[]} */
function parseOneLine(text) {
  const lines = text.matchAll(/^[ \t]*deb[ \t]+(\[[^\]]*\][ \t]+)?(\S+)[ \t]+(\S+)[ \t]+([^#\n]+)/gm);
  return Array.from(lines, ([, options = '', uri, suite, components]) => ({
    uris: withoutDiscs([uri]),
    suites: [suite],
    components: components.trim().split(/\s+/),
    derive: (/** @type {string} */ wanted) => ({
      name: 'unflat-backports.list',
      text: `deb ${options}${uri} ${wanted} main\n`,
    }),
  })).filter(({ uris }) => uris.length > 0);
}

/** @param {string[]} uris */
function withoutDiscs(uris) {
  return uris.filter((uri) => !uri.startsWith('cdrom:'));
}
