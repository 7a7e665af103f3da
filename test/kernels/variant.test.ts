import { describe, expect, it } from 'vitest';
import { conv2d } from '../../src/kernels/conv2d/conv2d.ts';
import { convTranspose2d } from '../../src/kernels/convTranspose2d/convTranspose2d.ts';
import { isCopy, operand, type Dispatch, type Operand, type Step } from '../../src/kernels/dispatch.ts';
import { LimitError } from '../../src/kernels/errors.ts';
import { layerNorm } from '../../src/kernels/layerNorm/layerNorm.ts';
import { linear } from '../../src/kernels/linear/linear.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { reduce } from '../../src/kernels/reduce/reduce.ts';
import { softmax } from '../../src/kernels/softmax/softmax.ts';
import { packedSize } from '../../src/kernels/sweepDecoder/pack.ts';
import { sweepDecoder } from '../../src/kernels/sweepDecoder/sweepDecoder.ts';
import { adapterClass, BASELINE, PREFERENCES, type Target } from '../../src/kernels/target.ts';
import { build, choose, type Variant } from '../../src/kernels/variant.ts';
import { sweepStrategies } from '../../src/pipeline/mcc/strategies.ts';
import { mccConfigs } from '../../src/pipeline/mcc/config.ts';
import { software8, targetWith8Lanes, targetWithAll } from '../setup/targets.ts';

const named = (name: string, answer: true | string): Variant<number, string> => ({
  name,
  supports: () => answer,
  build: (problem) => `${name} ${problem}`,
});

describe('choose', () => {
  const [tiled, subgroup8, third] = [named('tiled', true), named('subgroup8', 'too odd'), named('third', true)];

  it('takes the first variant that supports the problem', () => {
    expect(choose('k', [subgroup8, third, tiled], BASELINE, 1)).toEqual({
      variant: third,
      why: 'not subgroup8: too odd',
      others: [{ name: 'subgroup8', reason: 'too odd' }, { name: 'tiled' }],
    });
  });

  it('takes the one that the target prefers, without a reason', () => {
    const chosen = choose('linear', [third, tiled], { ...BASELINE, linear: 'tiled' }, 1);
    expect(chosen).toEqual({ variant: tiled, others: [{ name: 'third' }] });
  });

  it('takes the one that suits the problem where the target chooses by size', () => {
    const large = { ...named('tiled8x8', true), suits: (size: number) => size > 9 };
    const pick = (size: number, linear: 'bySize' | 'tiled8x8') =>
      choose('linear', [tiled, large], { ...BASELINE, linear }, size).variant.name;
    expect([pick(8, 'bySize'), pick(10, 'bySize'), pick(8, 'tiled8x8')]).toEqual(['tiled', 'tiled8x8', 'tiled8x8']);
  });

  it('keeps the reason against the preferred one', () => {
    const chosen = choose('linear', [third, tiled, subgroup8], software8, 1);
    expect([chosen.variant.name, chosen.why]).toEqual(['third', 'not subgroup8: too odd']);
  });

  it('names the kernel and all reasons when none can run', () => {
    const none = () => choose('k', [subgroup8, named('other', 'too even')], BASELINE, 1, 'Use fewer.');
    expect(none).toThrow(LimitError);
    expect(none).toThrow('k: no variant can run this.\n  subgroup8: too odd.\n  other: too even.\n  Use fewer.');
  });
});

describe('build', () => {
  it('labels dispatches that have no label yet, and no copies', () => {
    const dispatch: Dispatch = { kernel: 'k', wgsl: [], inputs: [], outputs: [], workgroups: [1, 1, 1] };
    const copy = { from: operand([4]), to: operand([4]) };
    const only: Variant<null, readonly Step[]> = {
      name: 'only',
      supports: () => true,
      build: () => [copy, { ...dispatch, variant: 'inner' }, dispatch],
    };
    expect(build('k', [only], BASELINE, null)).toEqual([
      copy,
      { ...dispatch, variant: 'inner' },
      { ...dispatch, variant: 'only', others: [] },
    ]);
  });
});

/** Variant and reason of a kernel's last dispatch. */
function chosen(steps: readonly Step[]): [variant: string | undefined, why: string | undefined] {
  const last = steps[steps.length - 1];
  if (isCopy(last)) throw new Error('a kernel must end with a dispatch');
  return [last.variant, last.why];
}

const noEpilogue = { b: null, scale: null, residual: null } as const;
const half = (shape: number[]): Operand => operand(shape, 'f16');

describe('matrix products', () => {
  const run = (target: Target, constant: boolean) =>
    chosen(linear(target, { x: operand([8, 16]), w: operand([32, 16]), ...noEpilogue }, 'none', constant));

  it('are subgroup8 where that is preferred and weights can be packed', () => {
    expect(run(software8, true)).toEqual(['subgroup8', undefined]);
    expect(run(targetWith8Lanes, true)).toEqual(['tiled', undefined]);
  });

  it('have 8 x 8 results per thread where there are many, and whole steps of terms', () => {
    const results = (rows: number, N: number) =>
      chosen(linear(BASELINE, { x: operand([rows, 16]), w: operand([N, 16]), ...noEpilogue }, 'none', true));
    expect(results(4096, 768)).toEqual(['tiled8x8', undefined]);
    expect(results(197, 768)).toEqual(['tiled', undefined]);
    const options = { stride: 1, padding: 1, groups: 1, activation: 'none', inputActivation: 'none' } as const;
    const conv = (C: number) =>
      chosen(conv2d(BASELINE, { x: operand([1, 96, 96, C]), w: operand([256, C, 3, 3]), ...noEpilogue }, options));
    expect(conv(256)).toEqual(['tiled8x8', undefined]);
    expect(conv(3)).toEqual(['tiled', undefined]);
  });

  it('use matrix instructions where a device has them and the product is large', () => {
    const product = (target: Partial<Target>, [rows, K, N] = [4096, 256, 768], constant = true) =>
      chosen(
        linear(
          { ...targetWithAll, ...target },
          { x: operand([rows, K]), w: operand([N, K]), ...noEpilogue },
          'none',
          constant,
        ),
      );
    expect(product({})).toEqual(['matrix', undefined]);
    expect(product({}, [197, 768, 768])).toEqual(['tiled', undefined]);
    expect(product({}, [4096, 4, 768])).toEqual(['tiled8x8', undefined]);
    expect(product({ matrix: 'there are none' })).toEqual(['tiled8x8', undefined]);
    expect(product({ matrix: { rows: 16, refused: 'they compute nonsense' } })).toEqual([
      'tiled8x8',
      'not matrix: they compute nonsense',
    ]);
    expect(product({ maxWorkgroupBytes: 16384 })[1]).toBe(
      'not matrix: workgroups have 16384 bytes of memory here; 20480 are needed',
    );
    expect(product({}, [4096, 256, 768], false)[1]).toBe(
      'not matrix: w is computed, and only constants can be packed as halves',
    );
  });

  it('say why a preferred variant was not taken', () => {
    expect(run(software8, false)).toEqual([
      'tiled',
      'not subgroup8: w is computed, and only constants can be packed into panels',
    ]);
    expect(run({ ...BASELINE, linear: 'subgroup8' }, true)).toEqual([
      'tiled',
      'not subgroup8: the device has no subgroups; exactly 8 lanes are needed',
    ]);
    expect(run({ ...software8, subgroupMaxSize: 32 }, true)[1]).toMatch(/subgroups here have 8 to 32 lanes/);
  });

  it('of computed matrices share nothing on software adapters, and on GPUs where there are few rows', () => {
    const product = (target: Target, M: number, K = 32) =>
      chosen(matmul(target, operand([1, M, K]), operand([1, 64, K]), true));
    expect(product(software8, 50)).toEqual(['lane', undefined]);
    expect(product(BASELINE, 4)).toEqual(['lane', undefined]);
    expect(product(BASELINE, 5)).toEqual(['tiled', undefined]);
    expect(product(BASELINE, 4, 31)).toEqual([
      'tiled',
      'not lane: columns and terms are 64 and 31, not multiples of 4',
    ]);
  });

  it('carry a reason for each variant that was not taken', () => {
    const [step] = linear(software8, { x: operand([8, 16]), w: operand([32, 16]), ...noEpilogue }, 'none', false);
    expect(step.others).toEqual([
      { name: 'subgroup8', reason: expect.stringMatching(/w is computed/) as string },
      { name: 'matrix', reason: 'the device has no matrix instructions' },
      { name: 'tiled8x8' },
    ]);
  });

  it('are convolutions and transposed convolutions, too', () => {
    const options = { stride: 1, padding: 1, groups: 1, activation: 'none', inputActivation: 'none' } as const;
    const conv = (groups: number, target: Target) =>
      conv2d(
        target,
        { x: operand([1, 5, 5, 8]), w: operand([8, 8 / groups, 3, 3]), ...noEpilogue },
        { ...options, groups },
      );
    expect(chosen(conv(1, software8))).toEqual(['subgroup8', undefined]);
    expect(chosen(conv(2, software8))).toEqual([
      'grouped',
      ['subgroup8', 'tiled', 'matrix', 'tiled8x8']
        .map((name) => `not ${name}: there are 2 groups, and this variant computes one product`)
        .join('; '),
    ]);
    expect(conv(1, BASELINE)[0].others).toContainEqual({
      name: 'grouped',
      reason: 'there is one group, so the convolution is one matrix product',
    });
    const transposed = convTranspose2d(software8, operand([1, 5, 5, 8]), operand([8, 4, 2, 2]), null, 2);
    expect(chosen(transposed)).toEqual(['subgroup8', undefined]);
  });
});

describe('rows', () => {
  const norm = (x: Operand, constant = true) => {
    const C = operand([x.shape[x.shape.length - 1]]);
    return chosen(layerNorm(software8, x, C, C, 1e-6, constant));
  };

  it('are a lane each where that is preferred', () => {
    expect(norm(operand([8, 16]))).toEqual(['lane', undefined]);
    expect(chosen(softmax(software8, operand([8, 16]), 1))).toEqual(['lane', undefined]);
    expect(chosen(softmax(software8, operand([8, 15]), 1))).toEqual(['lane', undefined]);
  });

  it('are reduced by subgroup operations on GPUs that have them', () => {
    expect(chosen(softmax(targetWith8Lanes, operand([8, 16]), 1))).toEqual(['subgroup', undefined]);
    expect(chosen(softmax({ ...BASELINE, subgroupMinSize: 4, subgroupMaxSize: 128 }, operand([8, 16]), 1))).toEqual([
      'subgroup',
      undefined,
    ]);
    expect(chosen(softmax(BASELINE, operand([8, 16]), 1))).toEqual([
      'workgroup',
      'not subgroup: the device has no subgroups',
    ]);
  });

  it('say why a preferred variant was not taken', () => {
    expect(norm(operand([8, 16]), false)).toEqual([
      'subgroup',
      'not lane: gamma or beta is computed, and only constants can be packed into textures',
    ]);
    expect(norm(operand([8, 15]))[1]).toBe('not lane: rows of 15 columns are not made of whole vec4s');
    expect(norm(half([8, 16]))[1]).toBe('not lane: x is f16, and flat textures hold f32');
    expect(chosen(softmax(software8, operand([7, 15]), 1))[1]).toBe('not lane: x [7, 15] is not made of whole vec4s');
    expect(chosen(softmax(software8, operand([2 ** 16, 1024]), 1))).toEqual([
      'subgroup',
      'not lane: x [65536, 1024] would be a texture of 16384 rows, at most 8192 fit',
    ]);
  });

  it('are reduced by a lane while they are short', () => {
    expect(chosen(reduce(BASELINE, 'sum', operand([8, 256])))).toEqual(['lane', undefined]);
    expect(chosen(reduce(BASELINE, 'sum', operand([8, 257])))).toEqual([
      'workgroup',
      'not lane: rows of 257 columns are too long for one invocation each (256 at most); ' +
        'not subgroup: the device has no subgroups',
    ]);
    expect(chosen(reduce(targetWith8Lanes, 'sum', operand([8, 257])))[0]).toBe('subgroup');
  });
});

describe('the sweep', () => {
  const decoder = (M: number, channels = 512, heads = 16, target = software8) =>
    sweepDecoder(
      target,
      operand([64, 3]),
      operand([8, M, 3 * channels]),
      operand([packedSize({ channels, depth: 8 })]),
      { heads, eps: 1e-6, shrinkThreshold: 10 },
    );

  it('reads buffers where seen tokens would be too large a texture, and says so', () => {
    expect(chosen(decoder(197))).toEqual(['subgroup8', undefined]);
    expect(chosen(decoder(2731))).toEqual([
      'tiled',
      'not subgroup8: seen [8, 2731, 1536] would be a texture of 8193 rows, at most 8192 fit',
    ]);
  });

  it('has 8 x 8 results per thread on GPUs where heads have 32 features', () => {
    expect(chosen(decoder(197, 512, 16, targetWith8Lanes))).toEqual(['tiled8x8', undefined]);
    const [name] = chosen(decoder(197, 512, 32, targetWith8Lanes));
    expect(name).toBe('tiled');
    const other = decoder(197, 512, 32, targetWith8Lanes)[0] as Dispatch;
    expect(other.others).toContainEqual({ name: 'tiled8x8', reason: 'heads have 16 features; it needs 32' });
  });

  it('names what speaks against each variant of the decoder', () => {
    expect(() => decoder(197, 512, 8)).toThrow(
      /^sweepDecoder: no variant can run this\.\n {2}subgroup8: heads have 64 features.*\n {2}tiled: heads.*\n {2}tiled8x8: heads.*\n {2}Decode layer by layer instead\.$/,
    );
  });

  it('is batched where the decoder fits into one dispatch, else by layers with the reason', () => {
    const pick = (target: Target, config = mccConfigs.full) => {
      const { variant, why } = choose('sweep', sweepStrategies, target, config);
      return [variant.name, why];
    };
    expect(pick(BASELINE)).toEqual(['batched', undefined]);
    expect(pick({ ...BASELINE, ...PREFERENCES.software })).toEqual(['layered', undefined]);
    expect(pick(BASELINE, { ...mccConfigs.full, decoderHeads: 8 })).toEqual([
      'layered',
      'not batched: heads have 64 features; the sweep in one dispatch needs a multiple of 4 up to 32',
    ]);
    expect(pick({ ...BASELINE, maxBindingBytes: 2 ** 26 })[1]).toMatch(/^not batched: .*one binding holds 67108864$/);
  });
});

describe('adapterClass', () => {
  it('is a software class only for software adapters, and software8 only with exactly eight lanes', () => {
    const of = (software: boolean, subgroupMinSize: number, subgroupMaxSize: number) =>
      adapterClass({ software, subgroupMinSize, subgroupMaxSize });
    expect([of(false, 8, 8), of(true, 8, 8), of(true, 4, 8), of(true, 0, 0)]).toEqual([
      'gpu',
      'software8',
      'software',
      'software',
    ]);
  });
});
