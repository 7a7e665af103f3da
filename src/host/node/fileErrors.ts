/** Explains file errors of the operating system in words: "ENOENT" means nothing to most people. */
import { getSystemErrorMap } from 'node:util';
import { messageOf, UserError } from '../errors.ts';

/** Reasons as parts of a sentence: "The photo a.jpg cannot be read: there is no such file." */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'part of its path is a file, not a folder',
  EACCES: 'permission is denied',
  EPERM: 'the system does not permit it',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota of this user is used up',
  EEXIST: 'something with this name already exists',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links form a cycle',
  EBUSY: 'another program uses it',
  EMFILE: 'this program has too many files open',
  ENFILE: 'too many files are open on this machine',
  EFBIG: 'the file is too large for this disk',
  EIO: 'the disk failed',
  EINVAL: 'the system does not accept this name',
};

/** Whether an error comes from the system: such a message is only a code, a call and a path. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error && /^E[A-Z0-9]+$/.test(String(error.code));
}

/** The reason of a file error, without a full stop. Other errors keep their own message. */
export function reasonOf(error: unknown): string {
  if (!isSystemError(error)) return messageOf(error).replace(/\.$/, '');
  return REASONS[error.code!] ?? getSystemErrorMap().get(error.errno ?? 0)?.[1] ?? 'the system does not say why';
}

/** Turns a system error into a UserError that begins with `what`, a sentence without its full stop. Other errors stay as they are. */
export function explained(what: string, error: unknown): unknown {
  return isSystemError(error) ? new UserError(`${what}: ${reasonOf(error)}.`, { cause: error }) : error;
}
