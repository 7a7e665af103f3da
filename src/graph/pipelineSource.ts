/** What a compute pipeline is made from: a module, the layout of its bindings, and constants. */
import type { Dispatch } from '../kernels/dispatch.ts';

export interface PipelineSource {
  readonly layout: GPUBindGroupLayout;
  readonly module: GPUShaderModule;
  readonly code: string;
  readonly entries: readonly GPUBindGroupLayoutEntry[];
  readonly descriptor: GPUComputePipelineDescriptor;
}

/** Makes the source of a dispatch's pipeline on a device. */
export function sourceOf(gpu: GPUDevice, d: Dispatch): PipelineSource {
  const text = d.wgsl.join('\n');
  const code = /enable\s+\w+;/.test(text) ? enablesFirst(text) : text;
  const label = d.kernel;
  const module = gpu.createShaderModule({ label, code });
  const entries = layoutEntries(d);
  const layout = gpu.createBindGroupLayout({ label, entries });
  const descriptor = {
    label,
    layout: gpu.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main', constants: { ...d.constants } },
  };
  return { layout, module, code, entries, descriptor };
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

/** Moves `enable` directives to the top. WGSL requires them first, and the text is a concatenation of modules. */
function enablesFirst(code: string): string {
  const enables = new Set<string>();
  const rest = code.replace(/^[ \t]*enable\s+\w+;/gm, (line) => {
    enables.add(line.trim());
    return '';
  });
  return [...enables].join(' ') + ' ' + rest;
}
