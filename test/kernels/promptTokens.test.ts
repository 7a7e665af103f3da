import { describe, expect, it } from 'vitest';
import { promptTokens } from '../../src/pipeline/sam/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { promptTokensChecks } from '../checks/masks.ts';
import { itPasses } from '../setup/checks.ts';
import { evaluate } from '../setup/evaluate.ts';
import { noise } from '../setup/numbers.ts';

const KINDS = 5;
const NONE = 4;

describe('promptTokens', () => {
  itPasses(promptTokensChecks);

  it('a token without a place is its embedding, bit for bit', async () => {
    const embeddings = noise(KINDS * 16, 3);
    const { y } = await evaluate((s) => ({
      y: promptTokens(
        s.input(new Float32Array([7, 9]), [1, 1, 2]),
        s.input(new Uint32Array([NONE]), [1, 1]),
        s.weight(noise(16, 2), [2, 8]),
        s.weight(embeddings, [KINDS, 16]),
        { side: 64, none: NONE },
      ),
    }));
    expect(y).toEqual(embeddings.slice(NONE * 16));
  });

  const record = (
    xy: number[],
    kinds: number[],
    matrix: number[],
    embeddings: number[],
    dtype: 'u32' | 'f32' = 'u32',
  ) => {
    const g = new Graph();
    const options = { side: 64, none: NONE };
    return () =>
      promptTokens(
        g.input('xy', xy),
        g.input('kinds', kinds, dtype),
        g.input('matrix', matrix),
        g.input('embeddings', embeddings),
        options,
      );
  };

  it('names the operand that does not fit', () => {
    expect(record([1, 3, 2], [1, 2], [2, 8], [5, 16])).toThrow(/promptTokens: xy is \[1, 3, 2\], expected \[1, 2, 2\]/);
    expect(record([1, 2, 2], [1, 2], [2, 4], [5, 16])).toThrow(/promptTokens: matrix is \[2, 4\], expected \[2, 8\]/);
    expect(record([1, 2, 2], [1, 2], [2, 6], [5, 12])).toThrow(/promptTokens: embeddings are \[5, 12\].*multiple of 8/);
    expect(record([1, 2, 2], [1, 2], [2, 8], [5, 16], 'f32')).toThrow(/promptTokens: kinds is f32, expected u32/);
    expect(record([1, 2, 2], [2], [2, 8], [5, 16])).toThrow(/promptTokens: kinds is \[2\], expected 2 axes/);
  });
});
