/**
 * A peer runs in a process of its own, so that two copies of Dawn never meet, and answers requests: a line of JSON each on
 * its stdin and stdout. It works only while it is asked, so peers take turns on the same cores.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { UserError } from '../../src/host/errors.ts';

/** What a peer's process can be asked for. The answer's fields are those of `Answer`. */
export type Request =
  /** First of all: the names and versions of what runs. */
  | { readonly do: 'hello' }
  /** Prepares a job, runs it once, and writes the result to `output` if that is given. */
  | { readonly do: 'load'; readonly slot: number; readonly job: unknown; readonly output: string | null }
  /** Runs a loaded job for about `ms` milliseconds, at least once. */
  | { readonly do: 'turn'; readonly slot: number; readonly ms: number };

export interface Answer {
  /** Of `hello`. */
  readonly version?: string;
  /** Of `load`: preparation and first run. */
  readonly coldMs?: number;
  /** Of `turn`: milliseconds of each run. */
  readonly times?: readonly number[];
  /** Why the request failed. */
  readonly error?: string;
}

export class Peer {
  private constructor(
    readonly name: string,
    /** Name and version of the library. */
    readonly version: string,
    private readonly child: ChildProcess,
    private readonly answers: AsyncIterator<string>,
    private readonly complaints: string[],
  ) {}

  /** Starts the process. @throws UserError if it does not answer */
  static async start(name: string, [program, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Peer> {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const complaints: string[] = [];
    child.on('error', ({ message }) => void complaints.push(message));
    child.stdin!.on('error', () => {}); // A process that ended answers no request; `ask` says so.
    createInterface(child.stderr!).on('line', (line) => void complaints.push(line));
    const answers = createInterface(child.stdout!)[Symbol.asyncIterator]();
    const starting = new Peer(name, '', child, answers, complaints);
    const { version = 'unknown' } = await starting.ask({ do: 'hello' });
    return new Peer(name, version, child, answers, complaints);
  }

  /** @throws UserError if the peer fails */
  async ask(request: Request): Promise<Answer> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.answers.next();
    const answer: Answer = done ? { error: `it ended. ${this.complaints.slice(-3).join(' ')}` } : JSON.parse(value);
    if (answer.error !== undefined) throw new UserError(`${this.name} cannot ${request.do}: ${answer.error}`);
    return answer;
  }

  stop(): void {
    this.child.stdin!.end();
    this.child.kill();
  }
}
