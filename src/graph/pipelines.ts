/** Compute pipelines. Each is built once for a device, WGSL text, constants and bindings. */
import { isCopy, type Dispatch, type Operand, type Step } from '../kernels/dispatch.ts';
import type { Device } from './device.ts';
import { KernelError } from './errors.ts';
import { keyOf } from './key.ts';
import { MachineCode } from './machineCode.ts';
import { sourceOf } from './pipelineSource.ts';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const bindingKind = (o: Operand | null): string => o?.storage ?? 'buffer';

/** Everything that makes two pipelines of a device differ: WGSL text, constants and bindings. */
function pipelineKey({ wgsl, constants, params, inputs, outputs }: Dispatch): string {
  return keyOf([wgsl, constants, params !== undefined, inputs.map(bindingKind), outputs.map(bindingKind)]);
}

/** Pipelines by device, so that networks share them. */
const known = new WeakMap<Device, Pipelines>();

export class Pipelines {
  private readonly cache = new Map<string, Promise<Pipeline>>();
  private readonly machineCode: MachineCode;
  /** Pipelines built so far. */
  created = 0;

  private constructor(private readonly device: Device) {
    this.machineCode = new MachineCode(device);
  }

  /** The pipelines of a device; one object per device. */
  static of(device: Device): Pipelines {
    const pipelines = known.get(device) ?? new Pipelines(device);
    known.set(device, pipelines);
    return pipelines;
  }

  /**
   * The pipelines of all dispatches among the steps, built in parallel on first use.
   * @throws KernelError with kernel name and WGSL line
   */
  async prepare(steps: readonly Step[]): Promise<Map<Dispatch, Pipeline>> {
    const dispatches = steps.filter((s): s is Dispatch => !isCopy(s));
    const keys = dispatches.map(pipelineKey);
    const missing = new Map(dispatches.map((d, i) => [keys[i], d] as const).filter(([key]) => !this.cache.has(key)));
    const coded = this.machineCode.make([...missing.values()]);
    for (const [key, d] of missing) {
      const entry = this.build(d, coded.get(d));
      this.cache.set(key, entry);
      // A failed build is not kept, so the next call builds again.
      entry.catch(() => this.cache.delete(key));
    }
    const built = await Promise.all(keys.map((key) => this.cache.get(key)!));
    return new Map(dispatches.map((d, i) => [d, built[i]]));
  }

  /** @param coded settles when the driver has the machine code */
  private async build(d: Dispatch, coded: Promise<void> | undefined): Promise<Pipeline> {
    this.created++;
    const { gpu } = this.device;
    gpu.pushErrorScope('validation');
    const { layout, module, code, descriptor } = sourceOf(gpu, d);
    const pending = gpu.createComputePipelineAsync(descriptor);
    const scope = gpu.popErrorScope();
    try {
      const pipeline = await this.device.wait(pending);
      const error = await this.device.wait(scope);
      if (error) throw new Error(error.message);
      await coded;
      return { pipeline, layout };
    } catch (error) {
      const { messages } = await this.device.wait(module.getCompilationInfo());
      const lines = code.split('\n');
      const details = messages
        .filter((m) => m.type === 'error')
        .map((m) => `  line ${m.lineNum}: ${m.message}\n    ${lines[m.lineNum - 1]?.trim() ?? ''}`);
      const reason = details.length ? details.join('\n') : `  ${(error as Error).message}`;
      throw new KernelError(`${d.kernel}: its pipeline could not be built.\n${reason}`);
    } finally {
      scope.catch(() => undefined);
    }
  }
}
