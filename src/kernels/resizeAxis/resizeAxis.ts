/** Antialiased resize of one axis. */
import { expect, expectDtype, show, size } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import scalarWgsl from '../shared/value.scalar.wgsl';
import vec4Wgsl from '../shared/value.vec4.wgsl';
import resizeAxisWgsl from './resizeAxis.wgsl';

/**
 * Axis `axis` of x f32 · ranges [to, 2], weights [to, stride] u32, from `antialiasedTaps` -> x's shape with `to` there.
 * @throws ShapeError if the tables do not belong together or x has no such axis
 */
export function resizeAxis(x: Operand, axis: number, ranges: Operand, weights: Operand): Dispatch {
  expectDtype('resizeAxis', { x }, 'f32');
  expectDtype('resizeAxis', { ranges, weights }, 'u32');
  expect(
    axis >= 0 && axis < x.shape.length && ranges.shape[0] === weights.shape[0] && ranges.shape[1] === 2,
    'resizeAxis',
    `cannot resize axis ${axis} of ${show(x.shape)} by tables ${show(ranges.shape)} and ${show(weights.shape)}; ` +
      'expected an axis of x, ranges [to, 2] and weights [to, stride].',
  );
  const to = ranges.shape[0];
  const shape = x.shape.map((n, a) => (a === axis ? to : n));
  const C = size({ shape: x.shape.slice(axis + 1) });
  const unit = C % 4 === 0 ? 4 : 1;
  const count = size({ shape }) / unit;
  return {
    kernel: 'resizeAxis',
    wgsl: [gridWgsl, unit === 4 ? vec4Wgsl : scalarWgsl, resizeAxisWgsl],
    params: { count, length: x.shape[axis], to, C: C / unit, stride: weights.shape[1] },
    inputs: [x, ranges, weights],
    outputs: [operand(shape)],
    workgroups: splitGrid(ceilDiv(count, 64)),
    flops: 2 * size({ shape }) * weights.shape[1],
  };
}
