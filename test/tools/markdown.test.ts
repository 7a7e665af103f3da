import { describe, expect, it } from 'vitest';
import { markdownTable } from '../../tools/markdown.ts';

describe('a table', () => {
  it('is as wide as its widest cells', () => {
    expect(markdownTable(['a', 'b'], [['long cell', '1']])).toBe(
      '| a         | b   |\n| --------- | --- |\n| long cell | 1   |\n',
    );
    expect(markdownTable(['a'], [])).toBe('');
  });
});
