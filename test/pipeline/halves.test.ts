/** What the networks store as halves with `precision: 'f16'`: half the memory, while what they are asked for stays f32. */
import { describe, expect, it } from 'vitest';
import type { Precision } from '../../src/kernels/target.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { colorGraph, encoderGraph as mccEncoder, queryGraph } from '../../src/pipeline/mcc/graphs.ts';
import { gridOf } from '../../src/pipeline/mcc/grid.ts';
import { sweepGraph } from '../../src/pipeline/mcc/sweepGraph.ts';
import type { Recorded } from '../../src/pipeline/planCache.ts';
import { samConfigs } from '../../src/pipeline/sam/config.ts';
import { encoderGraph, inputGraph, promptGraph } from '../../src/pipeline/sam/graphs.ts';
import { zoeConfigs } from '../../src/pipeline/zoeDepth/config.ts';
import { expertGraph, passGraph, trunkGraph } from '../../src/pipeline/zoeDepth/graphs.ts';
import { largeTarget, liveBytes } from '../setup/halfGraphs.ts';

type Graphs = Readonly<Record<string, (precision: Precision) => Recorded>>;

const photo = { height: 480, width: 640, pad: true, maxBytes: largeTarget.maxBindingBytes };
const mcc = mccConfigs.full;
const chunk = { config: mcc, grid: gridOf(0.05, mcc.box), count: 4096, threshold: 0.1 };

/** At full size, with the share of memory that halves need: f32 results, coordinates and depth bins remain. */
const graphs: Graphs = {
  'SAM vit_b, image encoder': (precision) => encoderGraph({ config: samConfigs.vit_b, precision }),
  'SAM vit_h, image encoder': (precision) => encoderGraph({ config: samConfigs.vit_h, precision }),
  'SAM, mask decoder': (precision) =>
    promptGraph({ config: samConfigs.vit_b, precision, batch: 1, count: 2, hasMask: false }),
  'ZoeD_N, a pass': (precision) => passGraph({ config: zoeConfigs.N, precision, ...photo }),
  'ZoeD_NK, trunk': (precision) => trunkGraph({ config: zoeConfigs.NK, precision, ...photo }),
  'ZoeD_NK, head': (precision) => expertGraph({ config: zoeConfigs.NK, precision, ...photo, expert: 'nyu' }),
  'MCC, encoder': (precision) => mccEncoder({ config: mcc, precision, side: 800 }),
  'MCC, 4096 points of a sweep in one dispatch': (precision) =>
    sweepGraph({ ...chunk, precision, strategy: 'batched' }),
  'MCC, 4096 points of a sweep by layers': (precision) => sweepGraph({ ...chunk, precision, strategy: 'layered' }),
};

describe('memory of the released networks', () => {
  it.each(Object.entries(graphs))('%s', (name, record) => {
    const [single, half] = [liveBytes(record('f32')), liveBytes(record('f16'))];
    const share = half / single;
    if (process.env.UNFLAT_SHOW) console.log(`| ${name} | ${single / 2 ** 20} | ${half / 2 ** 20} | ${share} |`);
    expect(share).toBeLessThan(0.65);
  });
});

describe('results stay f32', () => {
  const typesOf = ({ outputs }: Recorded) => Object.fromEntries(Object.entries(outputs).map(([k, t]) => [k, t.dtype]));

  it('masks, depth, predictions and colors', () => {
    const small = { config: samConfigs.small, precision: 'f16' } as const;
    expect(typesOf(promptGraph({ ...small, batch: 1, count: 2, hasMask: true }))).toEqual({
      lowRes: 'f32',
      iou: 'f32',
    });
    expect(typesOf(passGraph({ config: zoeConfigs.N, precision: 'f16', ...photo }))).toEqual({ depth: 'f32' });
    const query = { config: mcc, precision: 'f16', count: 8, temperature: 0.1, strategy: 'layered' } as const;
    expect(typesOf(queryGraph(query))).toEqual({ pred: 'f32', color: 'f32' });
    expect(typesOf(colorGraph({ config: mcc, precision: 'f16', rows: 8, take: 8, temperature: 0.1 }))).toEqual({
      color: 'f32',
    });
  });

  it('what one graph passes to the next is stored as the next one expects', () => {
    const small = { config: samConfigs.small, precision: 'f16' } as const;
    const encoder = encoderGraph(small);
    expect(typesOf(inputGraph({ ...small, photo: { height: 30, width: 40 } }))).toEqual({ input: 'f16' });
    expect(encoder.graph.inputs.get('input')?.dtype).toBe('f16');
    expect(typesOf(encoder)).toEqual({ embedding: 'f16' });
    const trunk = typesOf(trunkGraph({ config: zoeConfigs.NK, precision: 'f16', ...photo }));
    const head = expertGraph({ config: zoeConfigs.NK, precision: 'f16', ...photo, expert: 'nyu' });
    for (const [name, { dtype }] of head.graph.inputs) expect([name, trunk[name]]).toEqual([name, dtype]);
    const sweep = sweepGraph({ ...chunk, precision: 'f16', strategy: 'batched' });
    expect(typesOf(mccEncoder({ config: mcc, precision: 'f16', side: 800 })).seen).toBe('f16');
    expect(sweep.graph.inputs.get('seen')?.dtype).toBe('f16');
    expect(typesOf(sweep)).toEqual({ features: 'f16', logits: 'f32', indices: 'u32', found: 'u32' });
  });
});
