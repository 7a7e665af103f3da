/** Weights in safetensors files. */
import { bytesSource } from '../../../weights/byteSource.ts';
import { type Dtype, elementBytes, elementCount } from '../../../weights/dtype.ts';
import { recognizeFiles } from '../../../weights/load.ts';
import { SafetensorsFile } from '../../../weights/safetensors.ts';
import { writeSafetensors } from '../../../weights/safetensorsWriter.ts';
import { networks } from '../../../src/pipeline/registry.ts';
import { digestOf } from '../digest.ts';
import { bytesText, changedBytes, changedJsonBytes, cutOff, joined, oddNumber, textBytes } from '../mutate.ts';
import { Random } from '../random.ts';
import type { Case, Target } from '../target.ts';

const NAME = 'fuzz.safetensors';
const DTYPES = Object.keys(elementBytes) as Dtype[];
/** Names as networks have them, and others. */
const NAMES = [
  ...['image_encoder.patch_embed.proj.weight', 'mask_decoder.iou_token.weight', 'core.core.pretrained.model.cls_token'],
  ...['module.encoder.cls_token', 'vision_encoder.pos_embed', 'a', 'b.weight', '0', 'ü', 'with "quotes"'],
];

/** A sound file of up to five tensors. */
export async function soundSafetensors(random: Random, names: readonly string[] = NAMES): Promise<Uint8Array> {
  const from = random.below(names.length);
  const tensors = Array.from({ length: 1 + random.below(Math.min(5, names.length)) }, (_, i) => {
    const dtype = random.pick(DTYPES);
    const shape = Array.from({ length: random.below(4) }, () => random.below(4));
    const data = random.bytes(elementCount(shape) * elementBytes[dtype]);
    return { name: names[(from + i) % names.length], dtype, shape, data: () => [data] };
  });
  const parts: Uint8Array[] = [];
  for await (const part of writeSafetensors(tensors, random.once(2) ? { format: 'pt' } : {})) parts.push(part);
  return joined(...parts);
}

const headerBytes = (bytes: Uint8Array): number =>
  Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));

function withHeader(header: Uint8Array, data: Uint8Array, length: number = header.length): Uint8Array {
  const start = new Uint8Array(8);
  new DataView(start.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(Math.trunc(length))), true);
  return joined(start, header, data);
}

/** A changed safetensors file. */
export function changedSafetensors(bytes: Uint8Array, random: Random): { bytes: Uint8Array; isBroken?: true } {
  const length = headerBytes(bytes);
  const [header, data] = [bytes.subarray(8, 8 + length), bytes.subarray(8 + length)];
  const kind = random.below(10);
  if (kind === 0) return { bytes: cutOff(bytes, random), isBroken: true };
  if (kind === 1) return { bytes: joined(bytes, random.bytes(1 + random.below(9))), isBroken: true };
  if (kind === 2) return { bytes: changedBytes(bytes, random) };
  if (kind === 3)
    return { bytes: withHeader(header, data, random.once(2) ? oddNumber(random) : length + random.below(9) - 4) };
  if (kind === 4) {
    const spaces = ' '.repeat(random.below(20));
    return { bytes: withHeader(joined(header, textBytes(spaces)), data) };
  }
  return { bytes: withHeader(changedJsonBytes(bytesText(header), random), data) };
}

export const safetensors: Target = {
  name: 'safetensors',
  about: 'weights in safetensors files',
  async open() {
    const sound = await Promise.all(Array.from({ length: 64 }, (_, i) => soundSafetensors(new Random(0, i))));
    return {
      make(random): Case {
        const { bytes, isBroken } = changedSafetensors(random.pick(sound), random);
        return { files: { [NAME]: bytes }, ...(isBroken && { allowed: [] }) };
      },
      async read(files) {
        const [bytes] = Object.values(files);
        const file = await SafetensorsFile.open(bytesSource(bytes, NAME));
        const parts: (string | ArrayBufferView)[] = [];
        let stored = 8 + headerBytes(bytes);
        for (const [name, { dtype, shape }] of file.tensors) {
          const { values } = await file.readTensor(name);
          parts.push(`${name} ${dtype} ${shape.join()}`, values);
          stored += values.length * elementBytes[dtype];
        }
        if (stored !== bytes.length) throw new Error(`${stored} bytes were read of ${bytes.length}`);
        recognizeFiles(networks, [file]);
        return digestOf(...parts);
      },
    };
  },
};
