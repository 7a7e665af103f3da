/** Compute pipelines. Each is built once for a device, WGSL text, constants and bindings. */
import { isCopy, type Dispatch, type Operand, type Step } from '../kernels/dispatch.ts';
import type { Device } from './device.ts';
import { KernelError } from './errors.ts';
import { keyOf } from './key.ts';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const bindingKind = (o: Operand | null): string => o?.storage ?? 'buffer';

/** Everything that makes two pipelines of a device differ: WGSL text, constants and bindings. */
function pipelineKey({ wgsl, constants, params, inputs, outputs }: Dispatch): string {
  return keyOf([wgsl, constants, params !== undefined, inputs.map(bindingKind), outputs.map(bindingKind)]);
}

function layoutEntries(d: Dispatch): GPUBindGroupLayoutEntry[] {
  const visibility = 4; // GPUShaderStage.COMPUTE; the constant object is absent in Node
  const entries: GPUBindGroupLayoutEntry[] = [];
  if (d.params) entries.push({ binding: 0, visibility, buffer: { type: 'uniform' } });
  let binding = 1;
  for (const input of d.inputs) {
    const storage = input?.storage ?? 'buffer';
    entries.push(
      storage === 'buffer'
        ? { binding: binding++, visibility, buffer: { type: 'read-only-storage' } }
        : { binding: binding++, visibility, storageTexture: { access: 'read-only', format: storage } },
    );
  }
  for (let i = 0; i < d.outputs.length; i++)
    entries.push({ binding: binding++, visibility, buffer: { type: 'storage' } });
  return entries;
}

/** Pipelines by device, so that networks share them. */
const known = new WeakMap<Device, Pipelines>();

export class Pipelines {
  private readonly cache = new Map<string, Promise<Pipeline>>();
  /** Pipelines built so far. */
  created = 0;

  private constructor(private readonly device: Device) {}

  /** The pipelines of a device; one object per device. */
  static of(device: Device): Pipelines {
    const pipelines = known.get(device) ?? new Pipelines(device);
    known.set(device, pipelines);
    return pipelines;
  }

  /** The pipeline of a dispatch, built on first use. @throws KernelError with kernel name and WGSL line */
  get(d: Dispatch): Promise<Pipeline> {
    const key = pipelineKey(d);
    let entry = this.cache.get(key);
    if (!entry) {
      entry = this.build(d);
      this.cache.set(key, entry);
      // A failed build is not kept, so the next call builds again.
      entry.catch(() => this.cache.delete(key));
    }
    return entry;
  }

  /** Builds all pipelines of a plan in parallel. @throws KernelError */
  async prepare(steps: readonly Step[]): Promise<Map<Dispatch, Pipeline>> {
    const dispatches = steps.filter((s): s is Dispatch => !isCopy(s));
    const built = await Promise.all(dispatches.map((d) => this.get(d)));
    return new Map(dispatches.map((d, i) => [d, built[i]]));
  }

  private async build(d: Dispatch): Promise<Pipeline> {
    this.created++;
    const { gpu } = this.device;
    const code = d.wgsl.join('\n');
    const label = d.kernel;
    gpu.pushErrorScope('validation');
    const module = gpu.createShaderModule({ label, code: /enable\s+\w+;/.test(code) ? enablesFirst(code) : code });
    const layout = gpu.createBindGroupLayout({ label, entries: layoutEntries(d) });
    const pending = gpu.createComputePipelineAsync({
      label,
      layout: gpu.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main', constants: { ...d.constants } },
    });
    const scope = gpu.popErrorScope();
    try {
      const pipeline = await this.device.wait(pending);
      const error = await this.device.wait(scope);
      if (error) throw new Error(error.message);
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

/** Moves `enable` directives to the top. WGSL requires them first, and the text is a concatenation of modules. */
function enablesFirst(code: string): string {
  const enables = new Set<string>();
  const rest = code.replace(/^[ \t]*enable\s+\w+;/gm, (line) => {
    enables.add(line.trim());
    return '';
  });
  return [...enables].join(' ') + ' ' + rest;
}
