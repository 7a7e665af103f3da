/** What is fuzzed: a reader, and cases for it. */
import type { Random } from './random.ts';

/** Files by name. A command line is a file too: its arguments as JSON. */
export type Files = Readonly<Record<string, Uint8Array>>;

export interface Case {
  readonly files: Files;
  /**
   * Results that are right, as `read` gives them, where the change is of a kind that cannot make another one: a file that was cut
   * off, or whose checksum does not fit, must be refused or give what the sound file gives. Absent: any result may be right.
   */
  readonly allowed?: readonly string[];
}

/** Cases of a target, once its sound files are read. */
export interface Cases {
  /** A sound file, changed in one or several places. The same random numbers give the same case. */
  make(random: Random): Case | Promise<Case>;
  /**
   * Reads the files to the end, as the program does.
   * @returns a digest of what they hold
   * @throws what the reader throws
   */
  read(files: Files): Promise<string>;
}

export interface Target {
  readonly name: string;
  /** What it reads, for the list of targets. */
  readonly about: string;
  /** Bytes that a case may take, besides what its file is worth. */
  readonly freeBytes?: number;
  open(): Promise<Cases>;
}
