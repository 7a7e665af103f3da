/**
 * Binding gives every step its pipeline, its buffers and textures, and its slice of the uniform buffer. It happens once
 * per plan.
 */
import { isCopy, packParams, type Dispatch, type Operand, type Step } from '../kernels/dispatch.ts';
import { bytesOf, show, size } from '../kernels/check.ts';
import type { Resource } from './constants.ts';
import type { Device } from './device.ts';
import { LimitError } from './errors.ts';
import { accesses, type Lowered } from './lower.ts';
import type { Pipeline } from './pipelines.ts';
import type { EncodedStep } from './run.ts';

/** Whether an operand lives in a texture. */
export const isTexture = (o: Operand): boolean => (o.storage ?? 'buffer') !== 'buffer';

/** @throws LimitError if an operand is larger than the device can bind; the error names the dispatch */
export function expectBindable(device: Device, steps: readonly Step[]): void {
  const limit = device.target.maxBindingBytes;
  for (const step of steps) {
    if (isCopy(step)) continue;
    const { reads, writes } = accesses(step);
    const large = [...reads, ...writes].find((o) => !isTexture(o) && bytesOf(o) > limit);
    if (!large) continue;
    throw new LimitError(
      `${step.kernel}: an operand of ${show(large.shape)} takes ${bytesOf(large)} bytes; this device binds at most ${limit}.\n` +
        '  Use a smaller photo, a smaller configuration or another adapter.',
    );
  }
}

/**
 * Binds all steps of a plan.
 * @param resource returns the buffer or texture of an operand
 * @param dummy bound in place of an operand that is null
 * @throws LimitError when the device is out of memory; DeviceError
 */
export function bindSteps(
  device: Device,
  { steps, scopes }: Lowered,
  pipelines: ReadonlyMap<Dispatch, Pipeline>,
  resource: (o: Operand) => Resource,
  dummy: GPUBuffer,
): Promise<{ encoded: EncodedStep[]; arena: GPUBuffer | undefined }> {
  const binding = (o: Operand | null): GPUBindingResource => {
    if (!o) return { buffer: dummy };
    if (isTexture(o)) return (resource(o) as GPUTexture).createView();
    return { buffer: resource(o) as GPUBuffer, size: bytesOf(o) };
  };
  return device.guarded('Binding of buffers', (own) => {
    const { arena, slices } = uniformArena(device, steps, own);
    const encoded = steps.map((step, i): EncodedStep => {
      const scope = scopes[i];
      if (isCopy(step)) {
        const [buffer, texture] = [resource(step.from) as GPUBuffer, resource(step.to) as GPUTexture];
        return {
          label: 'copyToTexture',
          scope,
          flops: 0,
          copy: { buffer, texture, elements: size(step.from), at: step.at ?? 0 },
        };
      }
      const { pipeline, layout } = pipelines.get(step)!;
      const entries = [...step.inputs, ...step.outputs].map((o, k) => ({ binding: k + 1, resource: binding(o) }));
      const slice = slices.get(step);
      if (slice) entries.push({ binding: 0, resource: { buffer: arena!, ...slice } });
      return {
        label: step.kernel,
        ...(step.variant !== undefined && { variant: step.variant }),
        ...(step.why !== undefined && { why: step.why }),
        scope,
        flops: step.flops ?? step.outputs.reduce((n, o) => n + size(o), 0),
        dispatch: {
          pipeline,
          bindGroup: device.gpu.createBindGroup({ label: step.kernel, layout, entries }),
          workgroups: step.workgroups,
        },
      };
    });
    return { encoded, arena };
  });
}

/** Puts the parameters of all steps into one uniform buffer. */
function uniformArena(device: Device, steps: readonly Step[], own: (buffer: GPUBuffer) => GPUBuffer) {
  const align = device.gpu.limits.minUniformBufferOffsetAlignment;
  const slices = new Map<Dispatch, { offset: number; size: number }>();
  const parts: { offset: number; data: ArrayBuffer }[] = [];
  let bytes = 0;
  for (const step of steps) {
    if (isCopy(step) || !step.params) continue;
    const data = packParams(step.kernel, step.wgsl.join('\n'), step.params);
    slices.set(step, { offset: bytes, size: data.byteLength });
    parts.push({ offset: bytes, data });
    bytes = Math.ceil((bytes + data.byteLength) / align) * align;
  }
  if (bytes === 0) return { arena: undefined, slices };
  const image = new Uint8Array(bytes);
  for (const { offset, data } of parts) image.set(new Uint8Array(data), offset);
  const arena = own(device.createBuffer({ label: 'uniforms', size: bytes, usage: 0x40 | 0x08 })); // UNIFORM | COPY_DST
  device.gpu.queue.writeBuffer(arena, 0, image);
  return { arena, slices };
}
