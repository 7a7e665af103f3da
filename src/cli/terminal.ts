/** Where a command writes: results to standard output, everything else to standard error. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** The stream of `err` when a person watches it: bars are drawn there. */
  screen?: NodeJS.WriteStream;
}

export const processTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  ...(process.stderr.isTTY && { screen: process.stderr }),
};
