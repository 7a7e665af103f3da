/** What a folder holds. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Path -> digest of the content, without what differs from run to run: seconds, dates, ports, and keys that hold a file's date. */
export type Snapshot = ReadonlyMap<string, string>;

const CHANGING = /"(?:totalSeconds|seconds|date|url|key)":\s*(?:"[^"]*"|[\d.]+|\{[^}]*\})/g;

/** The files of a folder and of folders in it; none if there is no such folder. */
export async function snapshotOf(folder: string): Promise<Snapshot> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  const snapshot = new Map<string, string>();
  for (const file of files.sort()) {
    const bytes = await readFile(file);
    const isText = /\.(json|jsonl|txt)$/.test(file);
    const content = isText
      ? sorted(
          bytes
            .toString()
            .replace(CHANGING, '')
            .replace(/http:\S+/g, ''),
        )
      : bytes;
    snapshot.set(file.slice(folder.length + 1), createHash('sha256').update(content).digest('hex').slice(0, 16));
  }
  return snapshot;
}

/** Lines of results come in the order in which objects were made. */
const sorted = (text: string): string => text.split('\n').sort().join('\n');

/** How `found` differs from what is expected, in words; none if it does not. */
export function differences(found: Snapshot, expected: Snapshot): string[] {
  const all = [...new Set([...found.keys(), ...expected.keys()])].sort();
  return all.flatMap((path) => {
    if (!found.has(path)) return [`${path} is missing`];
    if (!expected.has(path)) return [`${path} was left`];
    return found.get(path) === expected.get(path) ? [] : [`${path} is another one`];
  });
}
