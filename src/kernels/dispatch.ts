/**
 * What a kernel wrapper returns: GPU work as plain data. No device, no buffers.
 *
 * Binding contract of every WGSL file: `@binding(0)` is `var<uniform> params: Params` (only when the kernel has
 * parameters), inputs follow from `@binding(1)` in the order of `inputs`, then `outputs` in order.
 */
import type { DType } from './dtype.ts';
import { LimitError } from './errors.ts';

export type { DType, FloatType } from './dtype.ts';

/** Where an operand lives: a plain row-major buffer, or a flat texture of `FLAT_WIDTH` texels per row. */
export type Storage = 'buffer' | 'rgba32float' | 'rgba32uint';

/** Texels per row of a flat texture: element vec4 `i` is texel (i % FLAT_WIDTH, i / FLAT_WIDTH). */
export const FLAT_WIDTH = 1024;

/** A tensor as kernels see it: shape and type. Row-major. Compared by identity. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly storage?: Storage;
  /** Set when the operand is a constant that must be repacked once, at load time. */
  readonly packed?: { readonly of: Operand; readonly packing: Packing };
}

/** A layout that a constant is brought into once, before it is uploaded. */
export interface Packing {
  /** Identifies the layout: equal keys on the same constant are packed once. */
  readonly key: string;
  readonly storage: Storage;
  /** Elements of the packed form, 32 bits each. */
  readonly size: number;
  /** @param data the constant, row-major, in its own shape */
  apply(data: Float32Array): Float32Array | Uint32Array;
}

export type Uniform = number | readonly number[];

/** A variant of a kernel that was not taken. */
export interface OtherVariant {
  readonly name: string;
  /** Why it cannot run this problem here; absent when it could. */
  readonly reason?: string;
}

/** One compute dispatch. */
export interface Dispatch {
  /** GPU label, profile row and error prefix. */
  readonly kernel: string;
  /** Name of the variant, where the kernel has several (variant.ts). */
  readonly variant?: string;
  /** Why the preferred variant was not taken; absent when it was. */
  readonly why?: string;
  /** The variants that were not taken. */
  readonly others?: readonly OtherVariant[];
  /** Key of the problem in a `Tuning`, if the target has one. */
  readonly problem?: string;
  /** WGSL module texts, concatenated. */
  readonly wgsl: readonly string[];
  /** Values of WGSL `override`s; part of the pipeline's key. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Values of `struct Params`, packed by name. */
  readonly params?: Readonly<Record<string, Uniform>>;
  /** Read-only operands; `null` binds a small dummy buffer that the kernel does not read. */
  readonly inputs: readonly (Operand | null)[];
  /** Written (or read and written) operands. */
  readonly outputs: readonly Operand[];
  readonly workgroups: readonly [number, number, number];
  /** Floating-point operations, for profiles and for splitting work into submissions. */
  readonly flops?: number;
}

/** Copies a buffer operand into a flat texture operand, for kernels that read textures. */
export interface TextureCopy {
  readonly from: Operand;
  readonly to: Operand;
  /** First element (multiple of 4) of the destination. */
  readonly at?: number;
}

export type Step = Dispatch | TextureCopy;

export const isCopy = (step: Step): step is TextureCopy => 'from' in step;

/** A fresh operand for a kernel's result or for scratch. */
export const operand = (shape: readonly number[], dtype: DType = 'f32', storage: Storage = 'buffer'): Operand => ({
  shape,
  dtype,
  storage,
});

/** The operand `of`, repacked at load time. */
export const packed = (of: Operand, packing: Packing): Operand => ({
  shape: [packing.size],
  dtype: 'f32',
  storage: packing.storage,
  packed: { of, packing },
});

/** Rows of a flat texture that holds `elements` of 32 bits. */
export const flatRows = (elements: number): number => Math.max(1, Math.ceil(elements / (4 * FLAT_WIDTH)));

/** The results of a wrapper: outputs of its last dispatch. */
export function results(steps: readonly Step[]): readonly Operand[] {
  const last = steps[steps.length - 1];
  if (!last || isCopy(last)) throw new Error('a kernel must end with a dispatch');
  return last.outputs;
}

interface Field {
  name: string;
  kind: 'u32' | 'i32' | 'f32';
  lanes: number;
  offset: number;
}

const layouts = new Map<string, { fields: Field[]; size: number }>();

/** Fields of `struct Params` in WGSL text, with their uniform-buffer offsets. */
function paramsLayout(wgsl: string): { fields: Field[]; size: number } {
  const body = /struct\s+Params\s*\{([^}]*)\}/.exec(wgsl)?.[1];
  if (body === undefined) throw new Error('no `struct Params` in the WGSL of a kernel that has parameters');
  const known = layouts.get(body);
  if (known) return known;
  const fields: Field[] = [];
  let offset = 0;
  for (const line of body.replace(/\/\/[^\n]*/g, '').split(',')) {
    const match = /^\s*(\w+)\s*:\s*(?:(u32|i32|f32)|vec([234])<?(u32|i32|f32|u|i|f)>?)\s*$/.exec(line);
    if (!match) {
      if (line.trim() === '') continue;
      throw new Error(`struct Params: cannot read the field "${line.trim()}"; use u32, i32, f32 or vectors of them`);
    }
    const lanes = match[3] ? Number(match[3]) : 1;
    const kind = ({ u: 'u32', i: 'i32', f: 'f32' } as const)[(match[2] ?? match[4])[0] as 'u' | 'i' | 'f'];
    const align = lanes === 1 ? 4 : lanes === 2 ? 8 : 16;
    offset = Math.ceil(offset / align) * align;
    fields.push({ name: match[1], kind, lanes, offset });
    offset += 4 * lanes;
  }
  const layout = { fields, size: Math.ceil(offset / 16) * 16 };
  layouts.set(body, layout);
  return layout;
}

/**
 * Packs `params` by name against `struct Params`.
 * @throws Error if a field is missing, extra, not finite or has the wrong number of lanes
 */
export function packParams(kernel: string, wgsl: string, params: Readonly<Record<string, Uniform>>): ArrayBuffer {
  const { fields, size } = paramsLayout(wgsl);
  const buffer = new ArrayBuffer(size);
  const view = new DataView(buffer);
  const unknown = Object.keys(params).filter((name) => !fields.some((f) => f.name === name));
  if (unknown.length) throw new Error(`${kernel}: struct Params has no field ${unknown.join(', ')}`);
  for (const { name, kind, lanes, offset } of fields) {
    const given = params[name];
    const values = typeof given === 'number' ? [given] : (given ?? []);
    if (values.length !== lanes || values.some((v) => typeof v !== 'number' || Number.isNaN(v))) {
      throw new Error(`${kernel}: parameter ${name} needs ${lanes} number(s), got ${JSON.stringify(given)}`);
    }
    values.forEach((value, i) => {
      if (kind === 'f32') return view.setFloat32(offset + 4 * i, value, true);
      if (!Number.isInteger(value) || Math.abs(value) > 0xffffffff) {
        throw new LimitError(`${kernel}: parameter ${name} is ${value}, which is not a 32-bit integer.`);
      }
      if (kind === 'u32') view.setUint32(offset + 4 * i, value, true);
      else view.setInt32(offset + 4 * i, value, true);
    });
  }
  return buffer;
}
