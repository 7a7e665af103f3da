/** What went wrong, in words for the person, and what can be done about it. */

/** What a button beside the words does. */
export type Remedy = 'newEngine';

export interface Problem {
  readonly title: string;
  readonly text: string;
  readonly remedy?: Remedy;
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly hint?: string;
}

const failureOf = (error: unknown): Failure =>
  error instanceof Error ? (error as Error & { hint?: string }) : { name: 'Error', message: String(error) };

/** Whether the person stopped it. */
export const isAbort = (error: unknown): boolean => failureOf(error).name === 'AbortError';

/** Words for errors of the engine, by the names of their classes. */
const BY_NAME: Readonly<Record<string, Pick<Problem, 'title' | 'remedy'>>> = {
  DeviceError: { title: 'The graphics device stopped', remedy: 'newEngine' },
  DeviceLostError: { title: 'The graphics device stopped', remedy: 'newEngine' },
  KernelError: { title: 'The graphics device refused a program', remedy: 'newEngine' },
  LimitError: { title: 'This is too large for the graphics device' },
  WeightsError: { title: 'These weights cannot be used' },
  GeometryError: { title: 'There are too few points to work with' },
  PromptError: { title: 'This prompt does not work here' },
  OptionError: { title: 'This setting does not work' },
};

/** @param what was being done, such as 'The photo could not be opened' */
export function problemOf(what: string, error: unknown): Problem {
  const { name, message, hint } = failureOf(error);
  const { title = what, remedy } = BY_NAME[name] ?? {};
  return { title, text: [message, hint].filter(Boolean).join(' '), remedy };
}
