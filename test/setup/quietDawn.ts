/**
 * Keeps Dawn's two lines about dynamic buffers out of a test run, where each file's device would print them. Workers inherit no
 * terminal: vitest passes on what they write through this process.
 */
import { withoutHarmless } from '../../src/host/node/nativeWarnings.ts';

type Write = typeof process.stderr.write;

/** vitest calls this before the tests, and what it returns after them. */
export default function quietDawn(): () => void {
  const stderr: { write: Write } = process.stderr;
  const write = stderr.write.bind(process.stderr) as (piece: string | Uint8Array, ...rest: unknown[]) => boolean;
  stderr.write = ((piece: string | Uint8Array, ...rest: unknown[]): boolean => {
    const text = typeof piece === 'string' ? piece : Buffer.from(piece).toString();
    const kept = withoutHarmless(text);
    // What holds no such line goes on as it came: a piece may end within a character.
    return write(kept === text ? piece : kept, ...rest);
  }) as Write;
  return () => {
    stderr.write = write as Write;
  };
}
