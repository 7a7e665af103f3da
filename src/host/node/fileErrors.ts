/** What the system says of a file, in words: "ENOENT" tells most people nothing. */
import { getSystemErrorMap } from 'node:util';
import { messageOf, UserError } from '../errors.ts';

/** Reasons as parts of a sentence: "The photo a.jpg cannot be read: there is no such file." */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EACCES: 'permission is denied',
  EPERM: 'the system does not permit it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'no more space on the disk is granted to this user',
  EEXIST: 'something with this name is there already',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EBUSY: 'another program uses it',
  EMFILE: 'this program has too many files open',
  ENFILE: 'too many files are open on this machine',
  EFBIG: 'the file is too large for this disk',
  EIO: 'the disk does not answer as it should',
  EINVAL: 'the system does not take this name',
};

/** Whether an error comes from the system: its message is a code, a call and a path. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

/** Why something cannot be done with a file, without a full stop. Errors that are not the system's say it themselves. */
export function reasonOf(error: unknown): string {
  if (!isSystemError(error)) return messageOf(error).replace(/\.$/, '');
  return REASONS[error.code!] ?? getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? 'the system does not say why';
}

/** A system's error as one for people, `what` being a sentence without its full stop; any other error as it is. */
export function explained(what: string, error: unknown): unknown {
  return isSystemError(error) ? new UserError(`${what}: ${reasonOf(error)}.`, { cause: error }) : error;
}
