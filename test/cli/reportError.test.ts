import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/reportError.ts';

const said = (error: unknown): string => {
  const texts: string[] = [];
  expect(reportError(error, (text) => texts.push(text))).toBe(1);
  return texts.join('');
};

describe('reportError', () => {
  it('says what to do where the process gets no more memory, without a stack', () => {
    let error: unknown;
    try {
      new ArrayBuffer(Number.MAX_SAFE_INTEGER);
    } catch (caught) {
      error = caught;
    }
    const text = said(error);
    expect(text).toMatch(/^error: This process gets no more memory/);
    expect(text).toMatch(/ulimit -v/);
    expect(text).not.toMatch(/\n {4}at /);
  });

  it('prints the stack of a bug', () => {
    expect(said(new TypeError('x is not a function'))).toMatch(/x is not a function\n.*TypeError: x/s);
  });
});
