/** The WGSL by which kernels read and write elements of each storage type. Arithmetic is always f32. */
import type { DType } from '../dtype.ts';
import type { Target } from '../target.ts';
import elementsF16Wgsl from './elements.f16.wgsl';
import elementsF32Wgsl from './elements.f32.wgsl';
import elementsScalarWgsl from './elements.scalar.wgsl';
import inputF16Wgsl from './input.f16.wgsl';
import inputF32Wgsl from './input.f32.wgsl';

/** Declares `Stored`, four elements of a buffer of `dtype`, and `loaded` and `stored`, from and to vec4f. */
export const vec4Elements = (dtype: DType): string => (dtype === 'f16' ? elementsF16Wgsl : elementsF32Wgsl);

/** The same for one f32 element at a time. A half has no counterpart: two invocations would share a word. */
export const scalarElements = elementsScalarWgsl;

/** Declares the input `x` at binding 1 and `readX(i)`, one element of it. */
export const scalarInput = (dtype: DType): string => (dtype === 'f16' ? inputF16Wgsl : inputF32Wgsl);

/**
 * How many results an invocation of an element-wise kernel computes: `many` where rows are best reduced by one invocation
 * each. That is on software adapters, where to start an invocation takes as long as three loads.
 */
export const perInvocation = ({ rows }: Pick<Target, 'rows'>, many: number): number => (rows === 'lane' ? many : 1);
