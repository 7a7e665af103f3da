/** Stream compaction: the indices of all flags that are set. */
import { expectDtype, expectRank } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import countWgsl from './compact.count.wgsl';
import scanWgsl from './compact.scan.wgsl';
import compactWgsl from './compact.wgsl';

/** Flags per invocation, as in the WGSL. */
const BLOCK = 256;

/**
 * flags [n] u32 -> indices [n] u32 of the flags that are not 0, in order, then zeros · count [1] u32.
 * @throws ShapeError if flags is not [n] u32
 */
export function compact(flags: Operand): Dispatch[] {
  expectRank('compact', { flags }, 1);
  expectDtype('compact', { flags }, 'u32');
  const n = flags.shape[0];
  const blocks = Math.max(1, ceilDiv(n, BLOCK));
  const common = { kernel: 'compact', params: { n, blocks } };
  const counts = operand([blocks], 'u32');
  const starts = operand([blocks + 1], 'u32');
  const workgroups = splitGrid(ceilDiv(blocks, 64));
  return [
    { ...common, wgsl: [gridWgsl, countWgsl], inputs: [flags], outputs: [counts], workgroups, flops: 2 * n },
    { ...common, wgsl: [scanWgsl], inputs: [counts], outputs: [starts], workgroups: [1, 1, 1], flops: 4 * blocks },
    {
      ...common,
      wgsl: [gridWgsl, compactWgsl],
      inputs: [flags, starts],
      outputs: [operand([n], 'u32'), operand([1], 'u32')],
      workgroups,
      flops: 4 * n,
    },
  ];
}
