import { describe, expect, it } from 'vitest';
import { stoppedBy, watchInterrupt } from '../../src/cli/interrupt.ts';
import { reportError } from '../../src/cli/reportError.ts';
import { describeRate, formatSeconds, Progress } from '../../src/cli/progress.ts';

/** A terminal that keeps what is written, and a clock that the test moves. */
function recorder() {
  const clock = { ms: 0 };
  const written: string[] = [];
  const terminal = { out: () => undefined, err: (text: string) => void written.push(text) };
  return { clock, written, terminal };
}

describe('progress in a pipe', () => {
  it('prints plain lines, seldom', () => {
    const { clock, written, terminal } = recorder();
    const progress = new Progress(terminal, { now: () => clock.ms });
    progress.update({ stage: 'sweep', done: 0, total: 8000, unit: 'points' });
    clock.ms = 1000;
    progress.update({ stage: 'sweep', done: 1000, total: 8000, unit: 'points' });
    clock.ms = 6000;
    progress.update({ stage: 'sweep', done: 3000, total: 8000, unit: 'points' });
    clock.ms = 12_000;
    progress.update({ stage: 'colors', done: 0, total: 1 });
    progress.say('A notice.');
    expect(written).toEqual([
      'sweep ...\n',
      'sweep: 37 %, 500 points/s, 10 s left\n',
      'sweep: 12 s\n',
      'colors ...\n',
      'A notice.\n',
    ]);
  });

  it('goes on with a stage after a line that is said meanwhile', () => {
    const { clock, written, terminal } = recorder();
    const progress = new Progress(terminal, { now: () => clock.ms });
    progress.update({ stage: 'sweep', done: 0, total: 8000, unit: 'points' });
    clock.ms = 1000;
    progress.say('A notice.');
    clock.ms = 8000;
    progress.update({ stage: 'sweep', done: 4000, total: 8000, unit: 'points' });
    progress.finish();
    expect(written).toEqual([
      'sweep ...\n',
      'A notice.\n',
      'sweep: 50 %, 500 points/s, 8.0 s left\n',
      'sweep: 8.0 s\n',
    ]);
  });

  it('shows no stage once it is stopped, only lines', () => {
    const { written, terminal } = recorder();
    const progress = new Progress(terminal);
    progress.update({ stage: 'sweep', done: 0, total: 8 });
    progress.stop('Stopping.');
    progress.update({ stage: 'render', done: 0, total: 1 });
    progress.finish();
    progress.say('The end.');
    expect(written).toEqual(['sweep ...\n', 'Stopping.\n', 'The end.\n']);
  });

  it('prints nothing when quiet', () => {
    const { written, terminal } = recorder();
    const progress = new Progress(terminal, { quiet: true });
    progress.update({ stage: 'sweep', done: 0, total: 8 });
    progress.say('A notice.');
    progress.finish();
    expect(written).toEqual([]);
  });
});

describe('progress on a terminal', () => {
  it('draws a bar for each stage and leaves its time', async () => {
    const { PassThrough } = await import('node:stream');
    const stream = new PassThrough();
    let drawn = '';
    stream.on('data', (piece: Buffer) => (drawn += piece.toString()));
    // What cli-progress uses of a terminal.
    const screen = Object.assign(stream, {
      isTTY: true,
      columns: 100,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    }) as unknown as NodeJS.WriteStream;
    const { clock, written, terminal } = recorder();
    const progress = new Progress({ ...terminal, screen }, { now: () => clock.ms });
    progress.update({ stage: 'depth', done: 0, total: 4 });
    clock.ms = 3000;
    progress.say('A notice.');
    progress.update({ stage: 'depth', done: 4, total: 4 });
    progress.finish();
    expect(drawn).toContain('depth');
    expect(drawn).toContain('100 %');
    expect(drawn).toContain('3.0 s');
    // The bar is drawn again below the line.
    expect(written).toEqual(['A notice.\n']);
  });
});

describe('words', () => {
  it('for rates', () => {
    const event = { stage: 'sweep', done: 31_000, total: 62_000, unit: 'points' };
    expect(describeRate(event, 1)).toBe('31000 points/s, 1.0 s left');
    expect(describeRate({ ...event, done: 0 }, 1)).toBe('');
    expect(describeRate({ ...event, unit: 'MB', total: 100, done: 60 }, 2, 40)).toBe('10 MB/s, 4.0 s left');
    expect(describeRate({ ...event, done: 40 }, 2, 40)).toBe('');
    expect(describeRate({ ...event, unit: undefined }, 1)).toBe('');
  });

  it.each([
    [0.44, '0.4 s'],
    [9.94, '9.9 s'],
    [59.4, '59 s'],
    [200, '3 min 20 s'],
    [3599.7, '1 h 0 min'],
    [7500, '2 h 5 min'],
  ])('for %d seconds', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));
});

describe('Ctrl-C', () => {
  it('asks to stop, then ends, and is given back', () => {
    const lines: string[] = [];
    const codes: number[] = [];
    const before = process.listenerCount('SIGINT');
    const { signal, dispose } = watchInterrupt(
      (line) => lines.push(line),
      (code) => codes.push(code),
    );
    process.emit('SIGINT');
    expect(signal.aborted).toBe(true);
    expect((signal.reason as Error).name).toBe('AbortError');
    expect([lines.length, codes]).toEqual([1, []]);
    process.emit('SIGINT');
    expect(codes).toEqual([130]);
    expect(stoppedBy(signal)).toEqual({ by: 'Ctrl-C', exitCode: 130 });
    dispose();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  it('is not what stopped the work when a scheduler sent SIGTERM', () => {
    const lines: string[] = [];
    const codes: number[] = [];
    const { signal, dispose } = watchInterrupt(
      (line) => lines.push(line),
      (code) => codes.push(code),
    );
    process.emit('SIGTERM');
    process.emit('SIGTERM');
    dispose();
    expect(lines).toEqual(['Stopping after the current step, because of SIGTERM. A second one ends at once.']);
    expect(codes).toEqual([143]);
    expect(stoppedBy(signal)).toEqual({ by: 'SIGTERM', exitCode: 143 });
    expect(reportError(signal.reason, () => undefined)).toBe(143);
  });
});
