/** Runs the kernel calls of one node of a network alone, on arbitrary values. */
import { bindSteps } from '../../src/graph/bind.ts';
import type { Resource } from '../../src/graph/constants.ts';
import type { Device } from '../../src/graph/device.ts';
import { lower } from '../../src/graph/lower.ts';
import { Pipelines } from '../../src/graph/pipelines.ts';
import { Runner as PlanRunner } from '../../src/graph/run.ts';
import type { Node } from '../../src/graph/tensor.ts';
import { flatTexture, storageBuffer } from '../../src/graph/transfer.ts';
import { bytesOf } from '../../src/kernels/check.ts';
import type { Operand } from '../../src/kernels/dispatch.ts';
import { VEC4_BYTES, wordsIn } from '../../src/kernels/dtype.ts';
import type { Target } from '../../src/kernels/target.ts';
import { type Runner, timed } from './measure.ts';

/**
 * Builds the pipelines of a node and gives it memory. Buffers and textures hold zeros: arithmetic takes as long as with other
 * values, and no weights are read.
 * @throws LimitError when the device is out of memory; KernelError; DeviceError
 */
export async function prepareNode(device: Device, node: Node, target: Target): Promise<Runner> {
  const lowered = lower([node], target);
  const resources = new Map<Operand, Resource>();
  const pipelines = await Pipelines.of(device).prepare(lowered.steps);
  const resource = (o: Operand): Resource => {
    const owner = o.packed ? o : lowered.owner(o);
    const storage = owner.storage ?? 'buffer';
    const known = resources.get(owner);
    if (known) return known;
    const made =
      storage === 'buffer'
        ? storageBuffer(device, 'tuning', bytesOf(owner))
        : flatTexture(device, 'tuning', wordsIn(bytesOf(owner)), storage);
    resources.set(owner, made);
    return made;
  };
  const dummy = storageBuffer(device, 'tuning', VEC4_BYTES);
  const release = (): void => {
    for (const r of resources.values()) r.destroy();
    dummy.destroy();
  };
  try {
    const { encoded, arena } = await bindSteps(device, lowered, pipelines, resource, dummy);
    const runner = new PlanRunner(device, encoded);
    return {
      sample: (signal) => timed(device, (onProfile) => runner.run({ signal, onProfile })),
      dispose() {
        runner.dispose();
        release();
        arena?.destroy();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}
