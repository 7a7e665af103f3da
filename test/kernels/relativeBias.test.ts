import { describe, expect, it } from 'vitest';
import { relativeBias } from '../../src/pipeline/zoeDepth/ops.ts';
import { Graph } from '../../src/graph/record.ts';
import { relativeBiasChecks } from '../checks/depth.ts';
import { itPasses } from '../setup/checks.ts';

describe('relativeBias', () => {
  itPasses(relativeBiasChecks);

  it('says what does not fit', () => {
    expect(() => relativeBias(new Graph().input('t', [13, 2]), 2, 2)).toThrow(/table is \[13, 2\], expected \[12, 2\]/);
  });
});
