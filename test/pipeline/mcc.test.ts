import { describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { sharedFor } from '../../src/graph/shared.ts';
import { compile } from '../../src/graph/plan.ts';
import type { Shared } from '../../src/graph/shared.ts';
import { wholeGraph } from '../../src/pipeline/mcc/graphs.ts';
import { Fixture } from '../../tools/parity/fixture.ts';
import type { Values } from '../../tools/parity/values.ts';
import { toChannelsFirst } from '../../tools/parity/layout.ts';
import { mccModule } from '../../src/pipeline/mcc/module.ts';
import { bytesSource, scene, syntheticSource } from '../../weights/index.ts';
import type { MccConfig } from '../../src/pipeline/mcc/config.ts';
import { openDevice, testDevice } from '../setup/evaluate.ts';
import { goldenBytes } from '../setup/goldenBytes.ts';

const TILED = { linear: 'tiled', attention: 'tiled', conv: 'tiled' } as const;

const f32 = (x: Values): Float32Array => Float32Array.from(x.data);

/** Compares every tensor of a fixture: stages with the point block as written and nothing fused, results folded and fused. */
async function expectParity(name: string, device: Device): Promise<void> {
  const fixture = await Fixture.open(bytesSource(await goldenBytes(name), name));
  const config = fixture.meta<MccConfig>('config');
  const { seed, height } = fixture.meta<{ seed: number; height: number }>('image');
  if (fixture.has('rgb')) fixture.input('rgb');
  const queries = f32(fixture.input('queries'));
  const inputs = {
    rgb: Float32Array.from(scene.image(seed, height, height), (v) => v / 255),
    xyz: f32(fixture.input('xyz')),
    valid: Uint32Array.from(fixture.input('valid').data),
    queries,
  };
  const shared = sharedFor(device, syntheticSource(mccModule.specs(config), fixture.seed));
  const run = async (how: string, fold: boolean, inspection?: Shared['inspection']): Promise<void> => {
    const { graph, outputs } = wholeGraph(config, height, queries.length / 3, 0.1, { fold });
    const plan = await compile({ ...shared, inspection }, graph, { outputs });
    const { latent, pred, color } = await plan.run(inputs);
    const values = await pred.read();
    const width = pred.shape[1];
    fixture.compare('latent', { shape: latent.shape, data: await latent.read() }, {}, how);
    fixture.compare('pred', { shape: [1, ...pred.shape], data: values }, {}, how);
    fixture.compare('color', { shape: color.shape, data: await color.read() }, {}, how);
    const logits = values.filter((_, i) => i % width === 0);
    const occupancy = Float32Array.from(logits, (v) => 1 / (1 + Math.exp(-v)));
    fixture.compare('occupancy', { shape: [1, logits.length], data: occupancy }, {}, how);
    plan.dispose();
  };
  await run('as written', false, {
    wants: (tap) => fixture.has(tap) && tap !== 'latent',
    found: (tap, shape, data) => {
      const map = tap === 'image';
      fixture.compare(tap, map ? toChannelsFirst({ shape, data }) : { shape, data }, {}, 'as written');
    },
  });
  await run('folded', true);
  shared.constants.dispose();
  shared.readback.dispose();
  expect(fixture.lines.filter((line) => !line.ok)).toEqual([]);
  expect(fixture.forgotten).toEqual([]);
}

describe('MCC equals the released code', () => {
  it('mcc_a: color classes', async () => {
    await expectParity('mcc_a.safetensors', await testDevice());
  });

  it('mcc_b: color regression, 64 pixels', async () => {
    await expectParity('mcc_b.safetensors', await testDevice());
  });

  it('mcc_800: colors from 800 pixels, heads of 2 features', async () => {
    await expectParity('mcc_800.safetensors', await testDevice());
  });

  it('mcc_b with the workgroup-tiled kernels', async () => {
    const device = await openDevice({ target: TILED, without: ['subgroups'] });
    await expectParity('mcc_b.safetensors', device);
    device.dispose();
  });
});
