/** Colors from MCC's color logits. Multiview Compressive Coding, arXiv:2301.08247; released code. */
import { expect, expectDtype, expectRank, show } from '../check.ts';
import { operand, type Dispatch, type Operand } from '../dispatch.ts';
import { ceilDiv, splitGrid } from '../grid.ts';
import gridWgsl from '../shared/grid.wgsl';
import mathWgsl from '../shared/math.wgsl';
import temperatureColorWgsl from './temperatureColor.wgsl';

/**
 * logits [n, at least 768] f32, whose last 768 are 256 levels of R, of G, of B -> [n, 3] f32 in 0..1: the mean level
 * under softmax(logits / temperature).
 * @throws ShapeError on other shapes or types, or if the temperature is not positive
 */
export function temperatureColor(logits: Operand, temperature: number): Dispatch {
  expectRank('temperatureColor', { logits }, 2);
  expectDtype('temperatureColor', { logits }, 'f32');
  const [n, stride] = logits.shape;
  expect(stride >= 768, 'temperatureColor', `logits are ${show(logits.shape)}; a row needs 3 x 256 of them.`);
  expect(temperature > 0, 'temperatureColor', `the temperature is ${temperature}; it must be positive.`);
  const total = 3 * n;
  return {
    kernel: 'temperatureColor',
    wgsl: [gridWgsl, mathWgsl, temperatureColorWgsl],
    params: { total, stride, temperature },
    inputs: [logits],
    outputs: [operand([n, 3])],
    workgroups: splitGrid(ceilDiv(total, 64)),
    flops: 20 * 256 * total,
  };
}
