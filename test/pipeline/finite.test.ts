/** NaN and infinity in what a network gives are errors that name the first layer that has them. Never a result. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/graph/device.ts';
import { NumericError } from '../../src/graph/errors.ts';
import { Engine } from '../../src/pipeline/engine.ts';
import type { Photo } from '../../src/pipeline/photo.ts';
import { presets, syntheticSet, type WeightSet } from '../../src/pipeline/registry.ts';
import { scene } from '../../weights/index.ts';
import { openDevice } from '../setup/evaluate.ts';

const [WIDTH, HEIGHT] = [80, 64];
const rgb = scene.image(11, HEIGHT, WIDTH);
const photo: Photo = {
  width: WIDTH,
  height: HEIGHT,
  rgba: new Uint8Array(4 * WIDTH * HEIGHT).map((_, i) => (i % 4 === 3 ? 255 : rgb[3 * (i >> 2) + (i % 4)])),
};
const depth = new Float32Array(WIDTH * HEIGHT).map((_, i) => 2 + (i % 7) / 10);
const mask = new Uint8Array(WIDTH * HEIGHT).fill(1);
const BOX = [8, 8, 72, 56] as const;

const devices: Device[] = [];
afterAll(() => devices.forEach((device) => device.dispose()));

interface WeightSourceLike {
  tensor(name: string, shape: readonly number[]): Promise<Float32Array>;
}

type NetworkId = 'sam' | 'zoe' | 'mcc';

/** Generated weights; the first number of one tensor is another one. */
function weightsWith(id: NetworkId, tensor: string, value: number): WeightSet {
  const set = syntheticSet(1, presets.small) as WeightSet & Record<NetworkId, { source: WeightSourceLike }>;
  const { source } = set[id];
  const changed: WeightSourceLike = {
    ...source,
    async tensor(name, shape) {
      const data = await source.tensor(name, shape);
      if (name === tensor) data.fill(value, 0, 1);
      return data;
    },
  };
  return { ...set, [id]: { ...set[id], source: changed } };
}

async function engineWith(...weights: Parameters<typeof weightsWith>): Promise<Engine> {
  const device = await openDevice();
  devices.push(device);
  return new Engine({ device, weights: weightsWith(...weights) });
}

describe('numbers that are not finite', () => {
  it.each([
    ['sam', 'image_encoder.blocks.0.mlp.lin1.bias', 'encoderGraph', 'image_encoder.blocks.0.mlp.lin1'],
    [
      'sam',
      'mask_decoder.iou_prediction_head.layers.0.bias',
      'promptGraph',
      'mask_decoder.iou_prediction_head.layers.',
    ],
    [
      'zoe',
      'core.core.pretrained.model.blocks.0.mlp.fc1.bias',
      'passGraph',
      'core.core.pretrained.model.blocks.0.mlp.fc',
    ],
    ['mcc', 'blocks.0.mlp.fc1.bias', 'encoderGraph', 'linear blocks.0.mlp.fc1 in encoder'],
    ['mcc', 'decoder_pred.bias', 'listGraph', 'decoder_pred'],
  ] as const)('in %s, from %s', async (id, tensor, plan, layer) => {
    const engine = await engineWith(id, tensor, Infinity);
    const session = engine.open(photo);
    const result = {
      sam: () => session.segment({ box: BOX }),
      zoe: () => session.depth(),
      mcc: () => session.reconstruct({ mask, depth, granularity: 1 }),
    }[id]();
    await expect(result).rejects.toThrow(NumericError);
    await expect(result).rejects.toThrow(plan);
    await expect(result).rejects.toThrow(layer);
    await expect(result).rejects.toThrow(/is the first value that is not finite: \d+ of its \d+ numbers are NaN/);
    await expect(result).rejects.toThrow(/unflat doctor --deep/);
  });

  it('are not blamed on weights where a kernel makes them', async () => {
    const device = await openDevice();
    devices.push(device);
    const create = device.gpu.createShaderModule.bind(device.gpu);
    device.gpu.createShaderModule = (descriptor) => {
      const broken = descriptor.code.replace(/params\.eps/g, '-1e30');
      return create({ ...descriptor, code: descriptor.label === 'layerNorm' ? broken : descriptor.code });
    };
    const engine = new Engine({ device, weights: syntheticSet(1, presets.small) });
    const answer = engine.open(photo).segment({ box: BOX });
    await expect(answer).rejects.toThrow(/layerNorm image_encoder\.blocks\.0\.norm1 in encoder\S* is the first value/);
  });

  it('do not disturb a later call', async () => {
    const device = await openDevice();
    devices.push(device);
    const weights = syntheticSet(1, presets.small);
    const engine = new Engine({ device, weights });
    const session = engine.open(photo);
    const { candidates } = await session.segment({ box: BOX });
    // NaN from an earlier answer that was changed.
    const previous = candidates[0].lowRes.slice().fill(NaN, 0, 1);
    await expect(session.segment({ box: BOX, previous })).rejects.toThrow(
      /promptGraph: the input mask is the first value that is not finite: 1 of its \d+ numbers/,
    );
    expect((await session.segment({ box: BOX })).candidates[0].mask).toEqual(candidates[0].mask);
  });
});
