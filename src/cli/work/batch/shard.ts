/** Which part of a list a process works on. */
import { createHash } from 'node:crypto';
import { EXIT, UserError } from '../../../host/errors.ts';

/** One of several parts of a list, each for a process of its own: 1 to `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The part that a scheduler has given to this process: a task of a SLURM array, or a pod of a Kubernetes job with indexed completion,
 * which needs the number of pods in JOB_COMPLETIONS as well.
 * @returns undefined outside of both
 * @throws UserError if the variables contradict each other
 */
export function shardOfScheduler(env: Variables): Shard | undefined {
  if (env.SLURM_ARRAY_TASK_ID !== undefined) {
    const [first, step] = [numberIn(env, 'SLURM_ARRAY_TASK_MIN') ?? 0, numberIn(env, 'SLURM_ARRAY_TASK_STEP') ?? 1];
    const task = numberIn(env, 'SLURM_ARRAY_TASK_ID')!;
    return within('SLURM_ARRAY_TASK', (task - first) / step, numberIn(env, 'SLURM_ARRAY_TASK_COUNT'));
  }
  if (env.JOB_COMPLETION_INDEX !== undefined) {
    return within('JOB_COMPLETION', numberIn(env, 'JOB_COMPLETION_INDEX')!, numberIn(env, 'JOB_COMPLETIONS'));
  }
  return undefined;
}

/** Whether an object belongs to a part. The part depends on the name alone, so it stays when the list grows. */
export const isInShard = (name: string, { index, of }: Shard): boolean =>
  createHash('sha256').update(name).digest().readUInt32BE() % of === index - 1;

function numberIn(env: Variables, name: string): number | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UserError(`The variable ${name} is ${JSON.stringify(text)}, not a whole number.`, { exitCode: EXIT.usage });
}

/** @param index counted from 0 */
function within(variables: string, index: number, of: number | undefined): Shard {
  if (of !== undefined && Number.isInteger(index) && index >= 0 && index < of) return { index: index + 1, of };
  const found = of === undefined ? 'the number of parts is missing' : `part ${index + 1} of ${of} does not exist`;
  throw new UserError(`The variables ${variables}* do not say which part of the list to take: ${found}.`, {
    hint: 'Give --shard i/n, counted from 1/n.',
    exitCode: EXIT.usage,
  });
}
