import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileBytes } from '../../src/host/node/bytes.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import { runnerOf } from '../../tools/parity/kinds.ts';
import { openNamedWeights } from '../../tools/parity/namedWeights.ts';
import { root } from '../../tools/setup/process.mjs';
import { testDevice } from '../setup/evaluate.ts';

describe('the trained weights give what PyTorch gives', () => {
  it.each(['sam', 'zoe', 'mcc', 'everything'])('%s', async (network) => {
    const source = await FileBytes.open(join(root, `test/golden/tiny_${network}.safetensors`));
    const fixture = await Fixture.open(source);
    const weights = await openNamedWeights(fixture);
    await runnerOf(fixture.kind)(fixture, { device: await testDevice(), close: () => undefined }, weights?.source);
    await weights?.close();
    await source.close();
    expect(weights).toBeDefined();
    expect(fixture.lines.filter((line) => !line.ok)).toEqual([]);
    expect(fixture.forgotten).toEqual([]);
  });
});
